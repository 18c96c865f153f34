/**
 * What the design promises about one packet at the edge, said without a word of nftables. The differential test
 * (`test/integration/proof`) sends the same packets through the compiled ruleset in a real kernel.
 */

import { judgeAtHost } from "./host-verdict.ts";
import type { Packet, Phase, Place, Port, Verdict } from "./proof-types.ts";
import { lateralPorts, rule } from "./rules.ts";
import type { Terrain } from "./topology.ts";

const open = (by: string): Verdict => ({ flow: "open", rule: by });
const cut = (by: string): Verdict => ({ flow: "cut", rule: by });
const ssh = 22;

export function judge(ground: Terrain, phase: Phase, packet: Packet): Verdict {
  const isolation = phase === "isolated" || phase === "vault-open";
  const isolated = isolation ? judgeIsolation(packet, ground) : null;
  // The edge itself is governed by nothing else: its SSH, and the backup host's way to it, always stay.
  if (isEdge(packet.to) || isEdge(packet.from)) return isolated ?? open(rule.policy);
  if (inVault(packet.from, ground) || inVault(packet.to, ground)) {
    const vault = judgeVault(phase, packet, ground);
    return vault.flow === "cut" ? vault : (isolated ?? vault);
  }
  return isolated ?? judgeLateral(packet, ground);
}

/** Null when isolation has no objection. */
function judgeIsolation(packet: Packet, ground: Terrain): Verdict | null {
  const { from, to, family } = packet;
  const wire = ground.isolated.has(wireOf(from) ?? "");
  const claimed = from.kind === "strayed" && ground.isolated.has(from.claims);
  if (to.kind === "edge-service") {
    return wire || claimed ? cut(rule.edgeService(to.service, wire ? "if" : family)) : null;
  }
  if (isEdge(to) || isEdge(from)) return null;
  if (claimed || (wire && !isDeclared(from))) return cut(rule.isolatedSource);
  if (wire && !isDeclared(to)) return cut(rule.isolatedOut);
  // By wire or by address: one of its addresses may be routed elsewhere.
  const within =
    ground.isolated.has(wireOf(to) ?? "") || (to.kind === "strayed" && ground.isolated.has(to.claims));
  return within && !isDeclared(from) ? cut(rule.isolatedIn) : null;
}

/** The vault is cut at all times but for the control path and, while open, what the backup host began. */
function judgeVault(phase: Phase, packet: Packet, ground: Terrain): Verdict {
  const { from, to, at, begunBy, family, about } = packet;
  const ends = begunBy === "receiver" ? { opener: to, server: from } : { opener: from, server: to };
  const { opener, server } = about ?? ends;
  const isSsh = at.protocol === "tcp" && at.port === ssh;
  if (opener.kind === "control" && server.kind === "backup-host" && isSsh) return open(rule.control(family));
  if (begunBy === "forgotten" && at.protocol === "tcp" && isOnVaultWire(from, ground)) {
    return cut(rule.notABeginning);
  }
  // To declared segments only, by whichever of their wires: a backup has no business on an uplink.
  const inside = isDeclared(server) || (server.kind === "strayed" && server.segment !== null);
  const reachable = inside && !inVault(server, ground);
  // A router between the two may speak too, whatever its address, but not from an uplink's wire or the vault's.
  const onTheWay = from.kind === "backup-host" || (wireOf(from) !== null && !isOnVaultWire(from, ground));
  return phase === "vault-open" && opener.kind === "backup-host" && reachable && onTheWay
    ? open(rule.vaultOpen(family))
    : cut(rule.vaultShut);
}

function judgeLateral(packet: Packet, ground: Terrain): Verdict {
  const from = wireOf(packet.from);
  const to = wireOf(packet.to);
  // The answers of a session go the other way, from the lateral port: only its opener can be refused.
  const toServer = packet.begunBy !== "receiver" && isLateral(packet.at);
  if (from === null || to === null || from === to || !toServer || packet.about) return open(rule.policy);
  const { mode, allow } = ground.hospital.lateral;
  if (allow.some((pair) => pair.from === from && pair.to === to)) return open(rule.lateralAllow(from, to));
  return mode === "enforce" ? cut(rule.lateral(from)) : open(rule.lateral(from));
}

export function isLateral(at: Port): boolean {
  return lateralPorts.includes(at.port);
}

/** The segment whose wire the place stands on; null for uplinks and the edge itself. */
function wireOf(place: Place): string | null {
  return "segment" in place ? place.segment : null;
}

function isDeclared(place: Place): boolean {
  return place.kind === "segment" || place.kind === "control" || place.kind === "backup-host";
}

function isEdge(place: Place): boolean {
  return place.kind === "edge" || place.kind === "edge-service";
}

function isOnVaultWire(place: Place, ground: Terrain): boolean {
  return place.kind === "backup-host" || ground.vaults.has(wireOf(place) ?? "");
}

/** By wire or by address: who claims an address of the vault is treated as if it came from there. */
function inVault(place: Place, ground: Terrain): boolean {
  return isOnVaultWire(place, ground) || (place.kind === "strayed" && ground.vaults.has(place.claims));
}

/** A session works when the opener's packets and the answers both arrive; the first refusal on the way decides. */
export function judgeSession(
  ground: Terrain,
  phase: Phase,
  session: Omit<Packet, "begunBy" | "from" | "to"> & { readonly opener: Place; readonly server: Place },
): Verdict {
  const { opener, server, family, at } = session;
  const out = judge(ground, phase, { from: opener, to: server, family, at, begunBy: "sender" });
  if (out.flow === "cut") return out;
  const back = judge(ground, phase, { from: server, to: opener, family, at, begunBy: "receiver" });
  if (back.flow === "cut") return back;
  const atHost = server.kind === "backup-host" ? judgeAtHost(opener, family, at) : out;
  return atHost.flow === "cut" ? atHost : out;
}
