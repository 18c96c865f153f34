/** The single values that more than one part of the configuration uses. */
import { isIP } from "node:net";
import { formatAddress, formatPrefix, parseAddress, parsePrefix } from "../../network/cidr.ts";
import { whyNoHost, whyNoNetwork } from "../../network/usable.ts";
import { Invalid, quote } from "../yaml/invalid.ts";
import { parseDuration } from "./durations.ts";
import { oneOf, scalar } from "./shape.ts";

const NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** Names end up in nftables comments, file names and reports: a small alphabet keeps them safe everywhere. */
export const name = scalar("a name", (text) => {
  if (NAME.test(text)) return text;
  const hint = "write small letters, digits and hyphens, starting with a letter, at most 40";
  throw new Invalid(`${quote(text)} is not a usable name`, hint);
});

const LONGEST_TEXT = 2_000;

export const text = scalar("text", (written) => {
  const trimmed = written.trim();
  // Those that turn the order of what follows would show a report another way than it is written.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const unseen = /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;
  if (trimmed === "" || unseen.test(trimmed)) {
    throw new Invalid(`${quote(written)} is empty or has control characters`, "write one line of text");
  }
  if (trimmed.length > LONGEST_TEXT) {
    const hint = `write at most ${LONGEST_TEXT} characters`;
    throw new Invalid(`${quote(written)} has ${trimmed.length} characters`, hint);
  }
  return trimmed;
});

/** More than nothing, at most 36,525 days. */
export const positiveDuration = durationOf("1ms", "36525d");

/** From `least` to `most`, both as people write them. */
export function durationOf(least: string, most: string) {
  return scalar("a duration", (written) => {
    const ms = parseDuration(written);
    if (ms === 0) throw new Invalid(`${quote(written)} is no time at all`, `write ${least} or more`);
    if (ms < parseDuration(least))
      throw new Invalid(`${quote(written)} is too short`, `write ${least} or more`);
    if (ms > parseDuration(most)) throw new Invalid(`${quote(written)} is too long`, `write ${most} or less`);
    return ms;
  });
}

/**
 * An OpenSSH destination: [user@]host, as one word that neither ssh nor a shell reads as anything else. No port and no
 * option fit in: those are ssh_config's.
 */
export const sshDestination = scalar("an OpenSSH destination", (written) => {
  const [, user, where = ""] = /^(?:([^@]*)@)?(.*)$/.exec(written) ?? [];
  const named = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,252}$/.test(where) || isIP(where) !== 0;
  const own = named ? whyOnlyHere(where) : undefined;
  if (own !== undefined) {
    const hint =
      "write a name or address by which the operator's machine and the backup host reach the same host";
    throw new Invalid(`${quote(written)}: ${own}`, hint);
  }
  if (named && (user === undefined || /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,63}$/.test(user))) return written;
  const port = /:\d+$/.test(where) ? "; write its port into ssh_config, as Port of a Host" : "";
  const hint = `write a Host alias of ssh_config, a host name, or user@host${port}`;
  throw new Invalid(`${quote(written)} is not an OpenSSH destination`, hint);
});

/** Why a destination is another host wherever it is typed; undefined when it is not. */
function whyOnlyHere(where: string): string | undefined {
  if (where.includes("%")) return "an address with a zone belongs to one host only";
  if (isIP(where) !== 0) return whyNoHost(parsePrefix(where));
  const isOwn = /^(?:ip6-)?(?:localhost|loopback)$|(?:^|\.)localhost(?:\.|$)/i.test(where);
  // As a number is read: 127.1, 0x7f000001.
  return isOwn || /^(?:127(?:\.\d{1,10}){0,3}|0x7f[0-9a-f.]*)$/i.test(where)
    ? "every host means itself by it"
    : undefined;
}

const everyEdgeHas = ["lo", "all", "default"];

/** The kernel takes at most 15 bytes for the name of an interface. */
export const interfaceName = scalar("an interface name", (written) => {
  if (everyEdgeHas.includes(written)) {
    const hint = "write the interface that leads to the segment, as `ip -br link` prints it";
    throw new Invalid(`${quote(written)} leads to no network`, hint);
  }
  if (/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/.test(written)) return written;
  const label = /^([A-Za-z0-9_.-]+):/.exec(written)?.[1];
  const base = label === undefined ? "" : `: ${quote(label)} (the rest is a label of one of its addresses)`;
  const hint = `write it as \`ip -br link\` prints it, without what follows @${base}`;
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
  const why = whyNoNetwork(read);
  if (why === undefined) return canonical;
  throw new Invalid(`${quote(written)} can't be a hospital's network: ${why}`, PREFIX_HINT);
});

const PREFIX_HINT = 'write the network as the edge routes it, like "10.20.0.0/20" or "2001:db8:20::/48"';

export const address = scalar("an address", (written) => {
  const read = readNetwork(written, () => parseAddress(written), 'write it like "10.50.0.10"');
  return hostAddress(written, formatAddress(read.family, read.value));
});

function hostAddress(written: string, canonical: string): string {
  const why = whyNoHost(parsePrefix(canonical));
  if (why === undefined) return canonical;
  const hint = "write the address at which other hosts reach it";
  throw new Invalid(`${quote(written)} can't be a host's address: ${why}`, hint);
}

/** A host name or an address without brackets, that other hosts can reach. */
export const host = scalar("a host", readHost);

export function readHost(written: string): string {
  const hint = 'write "files.internal" or an address';
  if (isIP(written) !== 0 && !written.includes("%")) {
    const { family, value } = parseAddress(written);
    hostAddress(written, formatAddress(family, value));
    return written;
  }
  const labels =
    /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)*$/;
  const last = written.split(".").at(-1) ?? "";
  // A name that ends in a number is read as an IPv4 address: 127.1, 0x7f000001.
  if (!labels.test(written) || /^(?:\d+|0x[0-9a-f]*)$/i.test(last)) {
    throw new Invalid(`${quote(written)} is neither a host name nor an address`, hint);
  }
  if (last.toLowerCase() === "localhost" || /^localhost\./i.test(written)) {
    throw new Invalid(`${quote(written)}: every host means itself by it`, hint);
  }
  return written;
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
  // One word without what a shell, curl's globbing or a URL reader would take for something else.
  const plain = /^https?:\/\/[^\s"'`\\<>{}|^]+$/i.test(written);
  const url = plain && URL.canParse(written) ? new URL(written) : undefined;
  if (url === undefined || url.port === "0" || /[[\]]/.test(`${url.pathname}${url.search}${url.hash}`)) {
    throw new Invalid(`${quote(written)} is not an http or https address`, 'write "http://host/path"');
  }
  if (url.username !== "" || url.password !== "") {
    throw new Invalid("an address must not carry a user or a password", "take both out of it");
  }
  return written;
});

/** An `httpUrl` that means the same host wherever it is asked. */
export const remoteUrl = httpUrl.transform((written, context): string => {
  try {
    readHost(new URL(written).hostname.replace(/^\[|\]$/g, ""));
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    context.addIssue({ code: "custom", message: error.message, params: { hint: error.hint } });
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
