/** The fields of packets that rules ask about, and what their values match. What is not here is never guessed. Pure. */
import { addressesIn, split as cutOut, numbersIn, union } from "./intervals.ts";
import { all, none, type Packets, type Split, unsure } from "./packets.ts";
import { unquoted } from "./tokens.ts";

export interface Field {
  /** Packets of another kind pass no test of this field, not even a negated one. */
  readonly of: (packets: Packets) => boolean;
  /** Null where a value can't be read. */
  readonly match: (values: readonly string[]) => ((packets: Packets) => Split) | null;
  /** For `<`, `>=` and the like; only where values are numbers. */
  readonly highest?: bigint;
}

type Range = "source" | "destination" | "sourcePort" | "destinationPort";

/** @param of what else must be so */
function range(
  name: Range,
  read: (value: string) => readonly [bigint, bigint] | null,
  of: Field["of"],
  highest?: bigint,
): Field {
  return {
    of,
    ...(highest === undefined ? {} : { highest }),
    match(values) {
      const read1 = values.map((value) => read(value));
      if (read1.includes(null)) return null;
      const wanted = union(read1.filter((one) => one !== null));
      return (packets) => {
        if ((name === "source" || name === "destination") && packets.hidden.has(name)) return unsure(packets);
        const { inside, outside } = cutOut(packets[name], wanted);
        return {
          yes: inside.length === 0 ? [] : [{ ...packets, [name]: inside }],
          no: outside.length === 0 ? [] : [{ ...packets, [name]: outside }],
          unsure: [],
        };
      };
    },
  };
}

/** One value that all these packets have: true, false, or undefined where it can't be told. */
function plain(
  test: (value: string, packets: Packets) => boolean | undefined,
  of: Field["of"] = () => true,
  highest?: bigint,
): Field {
  return {
    of,
    ...(highest === undefined ? {} : { highest }),
    match: (values) => (packets) => {
      const answers = values.map((value) => test(value, packets));
      if (answers.includes(true)) return all(packets);
      return answers.includes(undefined) ? unsure(packets) : none(packets);
    },
  };
}

const address = (end: "source" | "destination", family: 4 | 6): Field =>
  range(
    end,
    (value) => {
      const found = addressesIn(value);
      return found?.family === family ? found.interval : null;
    },
    (packets) => packets.family === family,
  );

const port = (end: "sourcePort" | "destinationPort", protocol?: "tcp" | "udp"): Field =>
  range(end, numbersIn, (packets) => protocol === undefined || packets.protocol === protocol, 65_535n);

const beforeRouting = new Set(["ingress", "prerouting", "input"]);

const interfaceName = (side: "iif" | "oif"): Field =>
  plain((value, packets) => {
    const unrouted = side === "oif" && beforeRouting.has(packets.hook);
    // Without an interface on that side the kernel compares with an empty name.
    const name = unrouted ? null : packets[side];
    if (name === null) return false;
    // `iif 7`: which one that is, the edge alone knows.
    if (/^\d+$/.test(value)) return undefined;
    const wanted = unquoted(value);
    return wanted.endsWith("*") ? name.startsWith(wanted.slice(0, -1)) : name === wanted;
  });

const protocols: Readonly<Record<string, bigint>> = {
  icmp: 1n,
  igmp: 2n,
  ipencap: 4n,
  tcp: 6n,
  udp: 17n,
  dccp: 33n,
  ipv6: 41n,
  gre: 47n,
  esp: 50n,
  ah: 51n,
  icmpv6: 58n,
  "ipv6-icmp": 58n,
  ospf: 89n,
  vrrp: 112n,
  comp: 108n,
  sctp: 132n,
  udplite: 136n,
};

const protocol = (of?: Field["of"]): Field =>
  plain((value, packets) => {
    const named = protocols[unquoted(value)];
    const range = named === undefined ? numbersIn(value) : ([named, named] as const);
    if (range === null) return undefined;
    const own = protocols[packets.protocol] ?? 0n;
    return range[0] <= own && own <= range[1];
  }, of);

const oneOf = (known: Readonly<Record<string, (packets: Packets) => boolean | undefined>>): Field =>
  plain((value, packets) => known[value]?.(packets));

const network = oneOf({
  ipv4: ({ family }) => family === 4,
  ip: ({ family }) => family === 4,
  "0x0800": ({ family }) => family === 4,
  "2": ({ family }) => family === 4,
  ipv6: ({ family }) => family === 6,
  ip6: ({ family }) => family === 6,
  "0x86dd": ({ family }) => family === 6,
  "10": ({ family }) => family === 6,
  arp: () => false,
  vlan: () => false,
  "8021q": () => false,
});

const marked = (name: "mark" | "connectionMark"): Field =>
  plain((value, packets) => {
    const wanted = numbersIn(value);
    const own = packets[name];
    return wanted === null || own === null ? undefined : wanted[0] <= own && own <= wanted[1];
  });

const never: Field = plain(
  () => false,
  () => false,
);
/** Begins at the edge, or ends there. */
const local = ({ iif, oif }: Packets, end: "source" | "destination") =>
  (end === "source" ? iif : oif) === null;
const addressType = (end: "source" | "destination"): Field =>
  plain((value, packets) => {
    if (value === "local") return local(packets, end);
    if (value === "unicast") return !local(packets, end);
    return ["broadcast", "multicast", "anycast", "blackhole", "prohibit", "unreachable"].includes(value)
      ? false
      : undefined;
  });

/** What reverse-path filters ask: whether the source's address is routed to where the packet comes from. */
const wayBack: Field = plain((value, packets) => {
  if (!packets.routed) return undefined;
  if (value === "missing" || value === "0") return false;
  return value === "exists" ? true : undefined;
});

/** Packets that belong to no connection pass no test of one. */
const ofConnection = (field: Field): Field => ({
  ...field,
  of: ({ state }) => state === "new" || state === "established",
});

const fields: Readonly<Record<string, Field>> = {
  iifname: interfaceName("iif"),
  oifname: interfaceName("oif"),
  iif: interfaceName("iif"),
  oif: interfaceName("oif"),
  "meta iifname": interfaceName("iif"),
  "meta oifname": interfaceName("oif"),
  "meta iif": interfaceName("iif"),
  "meta oif": interfaceName("oif"),
  "ip saddr": address("source", 4),
  "ip daddr": address("destination", 4),
  "ip6 saddr": address("source", 6),
  "ip6 daddr": address("destination", 6),
  "tcp sport": port("sourcePort", "tcp"),
  "tcp dport": port("destinationPort", "tcp"),
  "udp sport": port("sourcePort", "udp"),
  "udp dport": port("destinationPort", "udp"),
  "th sport": port("sourcePort"),
  "th dport": port("destinationPort"),
  "meta l4proto": protocol(),
  "ip protocol": protocol(({ family }) => family === 4),
  "ip6 nexthdr": protocol(({ family }) => family === 6),
  "meta nfproto": network,
  "meta protocol": network,
  "ether type": network,
  "ct state": oneOf({
    new: ({ state }) => state === "new",
    established: ({ state }) => state === "established",
    untracked: ({ state }) => state === "untracked",
    related: () => false,
    invalid: ({ state }) => state === "invalid",
  }),
  "ct direction": ofConnection(
    oneOf({
      original: ({ direction }) => direction === "original",
      reply: ({ direction }) => direction === "reply",
    }),
  ),
  "ct status": ofConnection(
    oneOf({
      dnat: ({ translated }) => translated.has("destination"),
      snat: ({ translated }) => translated.has("source"),
    }),
  ),
  "meta mark": marked("mark"),
  mark: marked("mark"),
  "ct mark": ofConnection(marked("connectionMark")),
  "meta pkttype": oneOf({
    host: () => true,
    unicast: () => true,
    broadcast: () => false,
    multicast: () => false,
    other: () => false,
  }),
  "fib daddr type": addressType("destination"),
  "fib daddr . iif type": addressType("destination"),
  "fib saddr type": addressType("source"),
  ...Object.fromEntries(
    ["saddr . iif", "saddr . mark . iif", "saddr . iifname", "saddr . mark . iifname"].flatMap((key) =>
      ["oif", "oifname", "check"].map((result) => [`fib ${key} ${result}`, wayBack]),
    ),
  ),
  ...Object.fromEntries(
    [
      "icmp type",
      "icmp code",
      "icmpv6 type",
      "icmpv6 code",
      "sctp dport",
      "sctp sport",
      "dccp dport",
      "dccp sport",
    ]
      .concat(["ah spi", "esp spi", "arp operation", "igmp type"])
      .map((key) => [key, never]),
  ),
};

/** The field whose name begins at `at`, and the place behind it; null where it is none that is known. */
export function fieldAt(
  words: readonly string[],
  at: number,
): { readonly field: Field; readonly next: number } | null {
  for (const length of [7, 6, 5, 4, 3, 2, 1]) {
    const field = fields[words.slice(at, at + length).join(" ")];
    if (field !== undefined && at + length <= words.length) return { field, next: at + length };
  }
  return null;
}
