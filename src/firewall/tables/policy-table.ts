/**
 * `inet jeda`: the policy between segments that is there outside windows too. It only drops. SMB, RPC and RDP
 * between segments are the worm's road inside; `observe` counts them, `enforce` drops them.
 */
import type { Edge, Hospital, Segment } from "../../model/hospital.ts";
import { anonymous, type Chain, interfaceSet, type Rule, rule, type Table } from "./table.ts";

const PRIORITY = -10;
const LATERAL_PORTS = "{ 135, 137-139, 445, 3389 }";

export function compilePolicyTable(hospital: Hospital, _edge: Edge): Table {
  return {
    name: "jeda",
    sets: [],
    chains: [
      {
        name: "forward",
        base: { hook: "forward", priority: PRIORITY, policy: "accept" },
        rules: [
          rule("forward", "lateral-tcp", `tcp dport ${LATERAL_PORTS} jump lateral`),
          rule("forward", "lateral-udp", `udp dport ${LATERAL_PORTS} jump lateral`),
        ],
      },
      { name: "lateral", rules: [replies, ...allowed(hospital), ...openers(hospital)] },
      ...ofEachOpener(hospital),
    ],
  };
}

/** The answer to whoever was let through: a client may use such a port itself, as NetBIOS does. */
const replies = rule("lateral", "replies", "ct direction reply return");

function allowed(hospital: Hospital): Rule[] {
  return hospital.lateral.allow.flatMap(({ from, to }) => {
    const source = hospital.segments.find((segment) => segment.name === from);
    const target = hospital.segments.find((segment) => segment.name === to);
    if (!source || !target) return [];
    const text = `iifname ${interfaceSet(source.interfaces)} oifname ${interfaceSet(target.interfaces)} return`;
    return [rule("lateral", `allow-${from}-${to}`, text)];
  });
}

/** Not from the vault: reading a share is what the backup is for, and its own chain lets nothing else pass. */
function opening(hospital: Hospital): readonly Segment[] {
  return hospital.segments.filter((segment) => segment.role !== "vault");
}

/** One look-up for all segments, so that neither the ruleset nor a packet's way grows with their pairs. */
function openers(hospital: Hospital): Rule[] {
  const chains = opening(hospital).flatMap(({ name, interfaces }) =>
    interfaces.map((wire) => `"${wire}" : goto ${chainOf(name)}`),
  );
  if (chains.length === 0) return [];
  const inside = interfaceSet(hospital.segments.flatMap((segment) => segment.interfaces));
  return [rule("lateral", "openers", `oifname ${inside} iifname vmap ${anonymous(chains)}`)];
}

/** What a segment opens to another. A chain of its own, so that its counter tells whose machines do. */
function ofEachOpener(hospital: Hospital): Chain[] {
  const verdict = hospital.lateral.mode === "enforce" ? "counter drop" : "counter";
  return opening(hospital).map(({ name, interfaces }) => ({
    name: chainOf(name),
    rules: [
      rule(chainOf(name), "within", `oifname ${interfaceSet(interfaces)} return`),
      rule(chainOf(name), "lateral", verdict),
    ],
  }));
}

function chainOf(segment: string): string {
  return `from-${segment}`;
}
