/**
 * `inet jeda`: the policy between segments that is there outside windows too. It only drops. SMB, RPC and RDP
 * between segments are the worm's road inside; `observe` counts them, `enforce` drops them.
 */
import type { Edge, Hospital } from "../model/hospital.ts";
import { interfaceSet, type Rule, rule, type Table } from "./table.ts";

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
      {
        name: "lateral",
        rules: [replies, ...allowed(hospital), ...between(hospital)],
      },
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
function between(hospital: Hospital): Rule[] {
  const verdict = hospital.lateral.mode === "enforce" ? "counter drop" : "counter";
  const openers = hospital.segments.filter((segment) => segment.role !== "vault");
  return openers.flatMap((segment) => {
    const others = hospital.segments.filter((other) => other !== segment);
    if (others.length === 0) return [];
    const to = interfaceSet(others.flatMap((other) => other.interfaces));
    const text = `iifname ${interfaceSet(segment.interfaces)} oifname ${to} ${verdict}`;
    return [rule("lateral", `from-${segment.name}`, text)];
  });
}
