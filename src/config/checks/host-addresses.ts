/** No host has the first address of its network, nor, in IPv4, the last: routers and whole networks are meant by them. */
import { isIP } from "node:net";
import type { Segment } from "../../model/hospital.ts";
import { bitsOf, contains, formatPrefix, lastOf, type Prefix, parsePrefix } from "../../network/cidr.ts";
import type { WrittenStack } from "../schema/stack.ts";
import type { Path } from "../yaml/positions.ts";
import type { Problems } from "../yaml/problems.ts";

type Stack = Partial<WrittenStack>;

export function checkHostAddresses(stack: Stack, problems: Problems): void {
  const networks = (stack.segments ?? []).flatMap(({ name, cidrs }: Segment) =>
    cidrs.map((cidr) => ({ segment: name, prefix: parsePrefix(cidr) })),
  );
  for (const [written, path] of hostsOf(stack)) {
    const single = singleAddress(written);
    if (single === undefined) continue;
    for (const { segment, prefix } of networks) {
      const what = contains(prefix, single) ? whatItNames(prefix, single) : undefined;
      if (what === undefined) continue;
      const message = `${written} is ${what} of ${formatPrefix(prefix)} (segment ${segment}), and no host's`;
      problems.add(path, message, "write the address that the host itself has");
    }
  }
}

/** Networks of two addresses or one have neither. */
function whatItNames(network: Prefix, { first }: Prefix): string | undefined {
  if (bitsOf(network.family) - network.length < 2) return undefined;
  if (first === network.first) return network.family === 4 ? "the network address" : "the routers' address";
  return network.family === 4 && first === lastOf(network) ? "the broadcast address" : undefined;
}

function singleAddress(written: string): Prefix | undefined {
  const [address = "", length] = written.split("/");
  if (isIP(address) === 0 || address.includes("%")) return undefined;
  const prefix = parsePrefix(address);
  return length === undefined || Number(length) === bitsOf(prefix.family) ? prefix : undefined;
}

/** Every host that is written by its address, or may be. */
function* hostsOf(stack: Stack): Generator<readonly [written: string, path: Path]> {
  for (const [index, { ssh }] of (stack.edges ?? []).entries()) {
    for (const one of new Set([ssh.read, ssh.window, ssh.policy]))
      yield [hostOf(one), ["edges", index, "ssh"]];
  }
  for (const [index, { probePoint }] of (stack.segments ?? []).entries()) {
    if (probePoint !== undefined) yield [hostOf(probePoint), ["segments", index, "probePoint"]];
  }
  if (stack.backupHost !== undefined) {
    const { ssh, sshRead = ssh, addresses, controlFrom } = stack.backupHost;
    for (const one of new Set([ssh, sshRead])) yield [hostOf(one), ["backupHost", "ssh"]];
    for (const [at, one] of addresses.entries()) yield [one, ["backupHost", "addresses", at]];
    for (const [at, one] of controlFrom.entries()) yield [one, ["backupHost", "controlFrom", at]];
  }
  for (const [index, source] of (stack.sources ?? []).entries()) {
    yield [source.host, ["sources", index, source.kind === "smb" ? "smb" : "host"]];
  }
  for (const [index, { probe, records }] of (stack.services ?? []).entries()) {
    const { target } = probe;
    yield target.kind === "http"
      ? [hostOfUrl(target.url), ["services", index, "probe", "http"]]
      : [target.host, ["services", index, "probe", "tcp"]];
    if (records !== undefined) yield [hostOfUrl(records.url), ["services", index, "records", "url"]];
  }
  for (const [index, { host }] of (stack.endpoints ?? []).entries())
    yield [host, ["endpoints", index, "host"]];
}

const hostOf = (destination: string): string => destination.split("@").at(-1) ?? "";
const hostOfUrl = (url: string): string => new URL(url).hostname.replace(/^\[|\]$/g, "");
