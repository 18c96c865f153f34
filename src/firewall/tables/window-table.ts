/**
 * `inet jeda_window`: the lease sets and the chains that read them. It only drops, at an earlier priority
 * than `inet jeda` and any site table at the usual priority, so an `established` accept elsewhere saves nothing.
 *
 * A packet must pass the vault's lock and the isolation, one after the other. Both match by interface and by
 * address, in both families. Only the forward hook is used for what is forwarded: neighbour discovery and the
 * edge's own traffic are never touched.
 */
import type { Edge, Hospital, Segment } from "../../model/hospital.ts";
import { canBeIsolated, families, ofFamily } from "./families.ts";
import { anonymous, type Chain, interfaceSet, type NamedSet, type Rule, rule, type Table } from "./table.ts";
import { vaultChain, vaultDispatch } from "./vault-chain.ts";

const PRIORITY = -20;

export function compileWindowTable(hospital: Hospital, edge: Edge): Table {
  return {
    name: "jeda_window",
    sets: leaseSets(hospital.maxIsolationMs),
    chains: [
      {
        name: "forward",
        base: { hook: "forward", priority: PRIORITY, policy: "accept" },
        rules: [...vaultDispatch(hospital), ...isolationDispatch(hospital)],
      },
      {
        name: "input",
        base: { hook: "input", priority: PRIORITY, policy: "accept" },
        rules: edgeServices(hospital, edge),
      },
      vaultChain(hospital),
      outgoing(hospital),
      destination(hospital),
      incoming(hospital),
    ],
  };
}

/** Never `auto-merge`: it gave two neighbouring leases the longer of their two times. */
function leaseSets(timeoutMs: number): NamedSet[] {
  return [
    { name: "isolated_if", key: "type ifname", flags: ["timeout"], timeoutMs },
    { name: "isolated_v4", key: "type ipv4_addr", flags: ["interval", "timeout"], timeoutMs },
    { name: "isolated_v6", key: "type ipv6_addr", flags: ["interval", "timeout"], timeoutMs },
    { name: "vault_open", key: "typeof meta nfproto", flags: ["timeout"], timeoutMs },
  ];
}

/**
 * A lease works only on what the model allows to be isolated: whoever holds the window key can write a
 * clinical interface into the set, and still cuts nothing.
 */
function matches(hospital: Hospital, direction: "from" | "to"): { name: string; text: string }[] {
  const isolable = hospital.segments.filter(canBeIsolated);
  if (isolable.length === 0) return [];
  const name = direction === "from" ? "iifname" : "oifname";
  const address = direction === "from" ? "saddr" : "daddr";
  const byInterface = interfaceSet(isolable.flatMap((segment) => segment.interfaces));
  const byAddress = families.flatMap((family) => {
    const cidrs = ofFamily(
      family,
      isolable.flatMap((segment) => segment.cidrs),
    );
    if (cidrs.length === 0) return [];
    const field = `${family.word} ${address}`;
    return [{ name: family.name, text: `${field} ${anonymous(cidrs)} ${field} @isolated_${family.name}` }];
  });
  return [{ name: "if", text: `${name} ${byInterface} ${name} @isolated_if` }, ...byAddress];
}

function isolationDispatch(hospital: Hospital): Rule[] {
  return [
    ...matches(hospital, "from").map(({ name, text }) =>
      rule("forward", `from-${name}`, `${text} jump outgoing`),
    ),
    ...matches(hospital, "to").map(({ name, text }) =>
      rule("forward", `to-${name}`, `${text} jump incoming`),
    ),
  ];
}

/** What an isolated segment sends: from its own addresses, to declared segments, or nowhere. */
function outgoing(hospital: Hospital): Chain {
  const sources = hospital.segments
    .filter(canBeIsolated)
    .flatMap((segment) =>
      pairs(segment, "iifname", "saddr").map((pair) =>
        rule("outgoing", `from-${segment.name}-${pair.name}`, `${pair.text} goto destination`),
      ),
    );
  return { name: "outgoing", rules: [...sources, rule("outgoing", "undeclared-source", "counter drop")] };
}

function pairs(segment: Segment, interfaces: string, address: string): { name: string; text: string }[] {
  return families.flatMap((family) => {
    const cidrs = ofFamily(family, segment.cidrs);
    if (cidrs.length === 0) return [];
    const text = `${interfaces} ${interfaceSet(segment.interfaces)} ${family.word} ${address} ${anonymous(cidrs)}`;
    return [{ name: family.name, text }];
  });
}

function declared(hospital: Hospital, chain: string, interfaces: string, address: string): Rule[] {
  return hospital.segments.flatMap((segment) =>
    pairs(segment, interfaces, address).map((pair) =>
      rule(chain, `${segment.name}-${pair.name}`, `${pair.text} return`),
    ),
  );
}

function destination(hospital: Hospital): Chain {
  return {
    name: "destination",
    rules: [
      ...declared(hospital, "destination", "oifname", "daddr"),
      rule("destination", "undeclared", "counter drop"),
    ],
  };
}

/** What is sent to an isolated segment: replies of open sessions from beyond are cut here too. */
function incoming(hospital: Hospital): Chain {
  return {
    name: "incoming",
    rules: [
      ...declared(hospital, "incoming", "iifname", "saddr"),
      rule("incoming", "undeclared-source", "counter drop"),
    ],
  };
}

/** Proxies, resolvers and tunnels of the edge itself: a way out that the forward hook never sees. */
function edgeServices(hospital: Hospital, edge: Edge): Rule[] {
  return edge.services.flatMap((service) =>
    matches(hospital, "from").map(({ name, text }) =>
      rule(
        "input",
        `${service.name}-from-${name}`,
        `${text} ${service.protocol} dport ${service.port} counter drop`,
      ),
    ),
  );
}
