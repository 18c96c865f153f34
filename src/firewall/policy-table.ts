/**
 * `inet jeda`: the policy between segments that is there outside windows too. It only drops. SMB, RPC and RDP
 * between segments are the worm's road inside; `observe` counts them, `enforce` drops them.
 */
import type { Edge, Hospital } from "../model/hospital.ts";
import { families, ofFamily } from "./families.ts";
import { anonymous, interfaceSet, type Rule, rule, type Table } from "./table.ts";

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
          ...vaultBegun(hospital),
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

/** Reading a share is what the backup is for; the other direction is the vault's lock's business. */
function vaultBegun(hospital: Hospital): Rule[] {
  const vault = hospital.segments.filter((segment) => segment.role === "vault");
  if (vault.length === 0) return [];
  const interfaces = interfaceSet(vault.flatMap((segment) => segment.interfaces));
  return families.flatMap((family) => {
    const hosts = ofFamily(family, hospital.backupHost.addresses);
    if (hosts.length === 0) return [];
    const text = `iifname ${interfaces} ${family.word} saddr ${anonymous(hosts)} ct direction original return`;
    return [rule("forward", `backup-${family.name}`, text)];
  });
}

function allowed(hospital: Hospital): Rule[] {
  return hospital.lateral.allow.flatMap(({ from, to }) => {
    const source = hospital.segments.find((segment) => segment.name === from);
    const target = hospital.segments.find((segment) => segment.name === to);
    if (!source || !target) return [];
    const text = `iifname ${interfaceSet(source.interfaces)} oifname ${interfaceSet(target.interfaces)} return`;
    return [rule("lateral", `allow-${from}-${to}`, text)];
  });
}

/** From nothing to nothing within a segment; from the vault nothing comes here but what its own chain let pass. */
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
