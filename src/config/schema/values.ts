/** The single values that more than one part of the configuration uses. */
import { isIP } from "node:net";
import { formatAddress, formatPrefix, parseAddress, parsePrefix } from "../../network/cidr.ts";
import { parseDuration } from "../durations.ts";
import { Invalid, quote } from "../invalid.ts";
import { oneOf, scalar } from "./shape.ts";

const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** Names end up in nftables comments, file names and reports: a small alphabet keeps them safe everywhere. */
export const name = scalar("a name", (text) => {
  if (NAME.test(text)) return text;
  const hint = "write small letters, digits and hyphens, starting with a letter, at most 40";
  throw new Invalid(`${quote(text)} is not a usable name`, hint);
});

export const text = scalar("text", (written) => {
  const trimmed = written.trim();
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  if (trimmed === "" || /[\u0000-\u001f\u007f]/.test(trimmed)) {
    throw new Invalid(`${quote(written)} is empty or has control characters`, "write one line of text");
  }
  return trimmed;
});

export const duration = scalar("a duration", parseDuration);

export const positiveDuration = scalar("a duration", (written) => {
  const ms = parseDuration(written);
  if (ms === 0)
    throw new Invalid(`${quote(written)} is no time at all`, 'write a duration like "2s" or "4h"');
  return ms;
});

/** An OpenSSH destination. A leading hyphen would be read by ssh as an option. */
export const sshDestination = scalar("an OpenSSH destination", (written) => {
  if (/^(?:[A-Za-z0-9_][A-Za-z0-9_.-]*@)?[A-Za-z0-9_][A-Za-z0-9_.:%-]*$/.test(written)) return written;
  const hint = "write a Host alias of ssh_config, a host name, or user@host";
  throw new Invalid(`${quote(written)} is not an OpenSSH destination`, hint);
});

/** The kernel takes at most 15 bytes for the name of an interface. */
export const interfaceName = scalar("an interface name", (written) => {
  if (/^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,14}$/.test(written)) return written;
  const hint = "write it as `ip -br link` prints it, without what follows @";
  throw new Invalid(`${quote(written)} is not the name of a network interface`, hint);
});

export const prefix = scalar("a prefix", (written) => {
  const read = readNetwork(written, () => parsePrefix(written), 'write it like "10.20.0.0/20"');
  const canonical = formatPrefix(read);
  const asWritten = written.split("/")[0] ?? "";
  if (!written.includes("/")) {
    throw new Invalid(`${quote(written)} has no length`, `write ${quote(canonical)} for this one address`);
  }
  if (parseAddress(asWritten).value !== read.first) {
    throw new Invalid(`${quote(written)} has host bits set`, `did you mean ${quote(canonical)}?`);
  }
  return canonical;
});

export const address = scalar("an address", (written) => {
  const read = readNetwork(written, () => parseAddress(written), 'write it like "10.50.0.10"');
  return formatAddress(read.family, read.value);
});

/** A host name or an address without brackets. */
export const host = scalar("a host", readHost);

export function readHost(written: string): string {
  if (isIP(written) !== 0 && !written.includes("%")) return written;
  const labels =
    /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)*$/;
  if (labels.test(written) && !/^[\d.]+$/.test(written)) return written;
  throw new Invalid(
    `${quote(written)} is neither a host name nor an address`,
    'write "files.internal" or an address',
  );
}

/** "host:port" or "[v6]:port", kept as one string. */
export const target = scalar("a TCP target", (written) => {
  const { host, port } = readTarget(written);
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
});

export function readTarget(written: string): { readonly host: string; readonly port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)):(\d{1,5})$/.exec(written);
  const port = Number(match?.[3] ?? 0);
  if (match === null || port < 1 || port > 65_535 || (match[1] !== undefined && isIP(match[1]) !== 6)) {
    const hint = 'write "host:port", with IPv6 as "[2001:db8::10]:443"';
    throw new Invalid(`${quote(written)} is not a TCP target`, hint);
  }
  return { host: readHost(match[1] ?? match[2] ?? ""), port };
}

export const httpUrl = scalar("an http or https address", (written) => {
  const url = URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol)) {
    throw new Invalid(`${quote(written)} is not an http or https address`, 'write "http://host/path"');
  }
  if (url.username !== "" || url.password !== "") {
    throw new Invalid("an address must not carry a user or a password", "take both out of it");
  }
  return written;
});

const BYTES = {
  B: 1,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
};

export const size = scalar("a size", (written) => {
  const bytes = readSize(written);
  if (bytes !== undefined) return bytes;
  throw new Invalid(`${quote(written)} is not a size`, 'write it like "450 GiB" or "12 GB"');
});

/** Bytes; undefined for what is no size. */
export function readSize(written: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([KMGT]i?B|B)$/.exec(written.trim());
  const unit = BYTES[match?.[2] as keyof typeof BYTES];
  return match === null || unit === undefined ? undefined : Math.round(Number(match[1]) * unit);
}

export const role = oneOf("a role", ["clinical", "administrative", "guest", "management", "vault"]);

function readNetwork<T>(written: string, read: () => T, hint: string): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) throw new Invalid(`${quote(written)}: ${error.message}`, hint);
    throw error;
  }
}
