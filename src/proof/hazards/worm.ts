/** What isolation leaves to a worm that is inside already, and takes from it. */

import { named } from "../named.ts";
import type { Finding } from "../proof-types.ts";
import { cutOff, type Terrain } from "../topology.ts";

const ports = "SMB, RPC and RDP (135, 137–139, 445, 3389)";

export function lateralOpen(ground: Terrain): readonly Finding[] {
  const { mode, allow } = ground.hospital.lateral;
  const among = [...ground.segments.keys()].filter((name) => !ground.vaults.has(name));
  if (mode === "observe") {
    if (among.length < 2) return [];
    const text = `${ports} stay open between segments while ${cutOff(ground)}: a worm inside keeps its road between ${named(among)} (lateral: enforce closes it)`;
    return [{ code: "lateral-open", text }];
  }
  return allow.map((pair) => ({
    code: "lateral-open",
    text: `${ports} stay open from ${pair.from} to ${pair.to} by exception while ${cutOff(ground)}`,
  }));
}

/** WannaCry stopped where it reached a certain name on the internet: cutting the internet cuts that too. */
export function killSwitch(ground: Terrain): readonly Finding[] {
  if (ground.uplinks.size === 0) return [];
  const spread =
    ground.hospital.lateral.mode === "observe" ? "within and between segments" : "within its segment";
  const text = `${cutOff(ground)} from every uplink and so from a worm's kill switch on the internet: one that is inside goes on spreading ${spread}`;
  return [{ code: "kill-switch", text }];
}
