/** What a window makes worse without breaking a promise: shown in the preview, repeated in the report. */
import type { Need } from "../model/hospital.ts";
import { literalHost } from "./address.ts";
import type { Circumstances, Finding } from "./flow.ts";
import { needLabel } from "./session.ts";
import { segmentOf, type Terrain } from "./terrain.ts";

export function hazards(ground: Terrain, circumstances: Circumstances): readonly Finding[] {
  return [
    ...lateralOpen(ground),
    ...killSwitch(ground),
    ...endpointsBehindCut(ground, circumstances),
    ...sourcesTooLarge(ground, circumstances),
    ...needsBehindCut(ground),
    ...unseenWaysOut(ground),
  ];
}

const ports = "SMB, RPC and RDP (135, 137–139, 445, 3389)";

function lateralOpen(ground: Terrain): readonly Finding[] {
  const { mode, allow } = ground.hospital.lateral;
  if (ground.isolated.size === 0) return [];
  if (mode === "observe") {
    const text = `${ports} stay open between segments while ${names(ground)} cut off: a worm inside keeps its road (lateral: enforce closes it)`;
    return [{ code: "lateral-open", text }];
  }
  return allow
    .filter((pair) => ground.isolated.has(pair.from) || ground.isolated.has(pair.to))
    .map((pair) => ({
      code: "lateral-open",
      text: `${ports} stay open from ${pair.from} to ${pair.to} by exception while ${names(ground)} cut off`,
    }));
}

/** WannaCry stopped where it reached a certain name on the internet: cutting the internet cuts that too. */
function killSwitch(ground: Terrain): readonly Finding[] {
  if (ground.isolated.size === 0 || ground.uplinks.size === 0) return [];
  const spread =
    ground.hospital.lateral.mode === "observe" ? "within and between segments" : "within its segment";
  const text = `${names(ground)} cut off from every uplink and so from a worm's kill switch on the internet: one that is inside goes on spreading ${spread}`;
  return [{ code: "kill-switch", text }];
}

function endpointsBehindCut(ground: Terrain, circumstances: Circumstances): readonly Finding[] {
  const notices = ground.hospital.notices.map((notice) => ({
    name: `notice ${notice.to}`,
    address: literalHost(notice.to),
  }));
  return [...(circumstances.endpoints ?? []), ...notices].flatMap(({ name, address }) => {
    if (address === null) return [];
    const home = segmentOf(address, ground.segments.values());
    if (home === undefined || !ground.isolated.has(home.name)) return [];
    const text = `${name} (${address}) stands in ${home.name}, which is cut off from every uplink during the window`;
    return [{ code: "endpoint-behind-cut", text }];
  });
}

function sourcesTooLarge(ground: Terrain, circumstances: Circumstances): readonly Finding[] {
  const { backupStopMs } = ground.hospital.window;
  return ground.hospital.sources.flatMap((source) => {
    const speed = circumstances.speeds?.[source.name];
    if (speed === undefined || source.expectedBytes === undefined) return [];
    const needsMs = (source.expectedBytes / speed) * 1000;
    if (needsMs <= backupStopMs) return [];
    const text = `${source.name} holds ${gib(source.expectedBytes)} and went at ${gib(speed * 3600)} an hour: ${minutes(needsMs)} are needed, the window has ${minutes(backupStopMs)} before backups stop`;
    return [{ code: "source-too-large", text }];
  });
}

function needsBehindCut(ground: Terrain): readonly Finding[] {
  return ground.hospital.services.flatMap((service) =>
    reached(ground, service.name)
      .filter(({ segment }) => ground.isolated.has(segment))
      .map(({ segment, chain }) => ({
        code: "need-behind-cut" as const,
        text: `${service.name} needs ${chain.join(" → ")} in ${segment}, which is cut off from every uplink: what it asks of the outside fails`,
      })),
  );
}

/** Every segment that a service's needs lead to, with the chain of needs that leads there; each need once. */
function reached(ground: Terrain, name: string) {
  const services = new Map(ground.hospital.services.map((service) => [service.name, service]));
  const found: { readonly segment: string; readonly chain: readonly string[] }[] = [];
  const seen = new Set([name]);
  const queue: { needs: readonly Need[]; chain: readonly string[] }[] = [
    { needs: services.get(name)?.needs ?? [], chain: [] },
  ];
  for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
    for (const need of item.needs) {
      const chain = [...item.chain, needLabel(need)];
      if (need.kind === "segment") found.push({ segment: need.segment, chain });
      if (need.kind !== "service" || seen.has(need.service)) continue;
      seen.add(need.service);
      const other = services.get(need.service);
      if (other === undefined) continue;
      found.push({ segment: other.at, chain });
      queue.push({ needs: other.needs, chain });
    }
  }
  return found;
}

/** Bridged frames never enter the forward hook; a program on the edge sends from the edge's own addresses. */
function unseenWaysOut(ground: Terrain): readonly Finding[] {
  if (ground.isolated.size === 0) return [];
  const bridges = [...ground.uplinks]
    .flatMap(([name, ways]) => ways.map((way) => [name, way.interface] as const))
    .filter(([, wire]) => /^(br|virbr|docker|ovs)/.test(wire))
    .map(([name, wire]) => ({
      code: "unseen-way-out" as const,
      text: `uplink ${name} is on ${wire}, by its name a bridge: frames bridged to it never meet the forward hook`,
    }));
  const services = [...ground.edgeServices].map(([name, { protocol, port }]) => ({
    code: "edge-service-cut" as const,
    text: `${name} (${protocol}/${port}) on the edge is refused to ${[...ground.isolated].join(", ")} in the input hook: the forward hook never sees it`,
  }));
  return [...bridges, ...services];
}

function names(ground: Terrain): string {
  const all = [...ground.isolated];
  return `${all.join(", ")} ${all.length === 1 ? "is" : "are"}`;
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

function minutes(ms: number): string {
  return `${Math.ceil(ms / 60_000)} minutes`;
}
