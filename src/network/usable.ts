/**
 * Which addresses a hospital's networks and hosts can have: what is routed, as a whole, instead of a list of what is
 * not. Multicast, loopback, link-local, unspecified, broadcast and IPv4 written as IPv6 all lie outside. Pure.
 */
import { contains, formatPrefix, overlaps, type Prefix, parsePrefix } from "./cidr.ts";

interface Space {
  readonly prefix: Prefix;
  /** Prefixes of a segment are at least this long: a shorter one is a slip, or somebody else's network too. */
  readonly shortest: number;
}

const routed: readonly Space[] = [
  { prefix: parsePrefix("0.0.0.0/0"), shortest: 8 },
  { prefix: parsePrefix("2000::/3"), shortest: 16 },
  { prefix: parsePrefix("fc00::/7"), shortest: 8 },
];

/** Inside IPv4's and IPv6's routed spaces, yet no host's. */
const reserved: readonly (readonly [prefix: Prefix, what: string])[] = [
  [parsePrefix("0.0.0.0/8"), "no host's: an address of it means this host"],
  [parsePrefix("127.0.0.0/8"), "loopback: every host means itself by it"],
  [parsePrefix("169.254.0.0/16"), "link-local: it is not routed"],
  [parsePrefix("224.0.0.0/4"), "multicast"],
  [parsePrefix("240.0.0.0/4"), "reserved, and holds the broadcast address"],
  [parsePrefix("2001::/32"), "of Teredo tunnels"],
];

/** Named for the message; all lie outside what is routed. */
const named: readonly (readonly [prefix: Prefix, what: string])[] = [
  [parsePrefix("::/128"), "no host's: an address of it means this host"],
  [parsePrefix("::1/128"), "loopback: every host means itself by it"],
  [parsePrefix("::ffff:0:0/96"), "IPv4 written as IPv6: write it as IPv4"],
  [parsePrefix("64:ff9b::/96"), "IPv4 behind a translator"],
  [parsePrefix("fe80::/10"), "link-local: it is not routed"],
  [parsePrefix("ff00::/8"), "multicast"],
];

/** Why no host can have an address of `prefix`; undefined when one can. */
export function whyNoHost(prefix: Prefix): string | undefined {
  const found = reserved.find(([range]) => overlaps(range, prefix));
  if (found !== undefined) return describe(prefix, found);
  if (routed.some((space) => contains(space.prefix, prefix))) return undefined;
  const known = named.find(([range]) => contains(range, prefix));
  return known === undefined ? "it is not routed anywhere" : describe(prefix, known);
}

/** Why `prefix` can't be the network of a segment; undefined when it can. */
export function whyNoNetwork(prefix: Prefix): string | undefined {
  const inside = [...reserved, ...named].some(([range]) => contains(range, prefix));
  const space = routed.find((one) => overlaps(one.prefix, prefix));
  if (inside || space === undefined || prefix.length >= space.shortest) return whyNoHost(prefix);
  return `shorter than /${space.shortest} it is more than any hospital's`;
}

function describe(prefix: Prefix, [range, what]: readonly [Prefix, string]): string {
  const where = contains(range, prefix) ? "it is" : `it holds ${formatPrefix(range)}, which is`;
  return `${where} ${what}`;
}
