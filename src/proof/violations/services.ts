/** Services that must stay up: who would lose a path, directly or through what they need. */
import type { Finding, FlowLine } from "../flow.ts";
import { needLabel } from "../session.ts";
import { familiesOf, type Terrain } from "../terrain.ts";

export function lostPaths(ground: Terrain, flows: readonly FlowLine[]): readonly Finding[] {
  const paths = flows.filter((flow) => flow.kind === "user-service" || flow.kind === "service-need");
  const cut = paths.filter((flow) => bothSpeak(ground, flow) && moment(flow) !== null);
  const texts = cut.map((flow) => {
    const verb = flow.kind === "user-service" ? "reach" : "need";
    const service = flow.kind === "user-service" ? flow.to : flow.from;
    const through = dependants(ground, service);
    const others = through.length === 0 ? "" : `; ${through.join(", ")} would fail with it`;
    const who = flow.kind === "user-service" ? `users in ${flow.from}` : flow.from;
    const text = `${who} ${verb === "need" ? "needs" : "reach"} ${flow.to} by ${flow.family}, cut ${moment(flow)} (${reason(flow)})${others}`;
    return { code: "service-loses-path", text } as const;
  });
  return [...texts, ...unknownNeeds(ground)];
}

/** A family that one end doesn't have was never a path. */
function bothSpeak(ground: Terrain, flow: FlowLine): boolean {
  return [flow.from, flow.to].every((label) => {
    const service = ground.hospital.services.find((one) => one.name === label);
    const segment = ground.segments.get(service?.at ?? label);
    return segment === undefined || familiesOf(segment.cidrs).includes(flow.family);
  });
}

function moment(flow: FlowLine): string | null {
  const { before, isolated } = flow.phases;
  if (before.flow === "cut") return "at all times";
  if (isolated.flow === "cut") return "for the whole window";
  return flow.phases["vault-open"].flow === "cut" ? "while the vault is open" : null;
}

function reason(flow: FlowLine): string {
  const phases = Object.values(flow.phases);
  return phases.find((verdict) => verdict.flow === "cut")?.rule ?? "";
}

/** Services that need `name`, and those that need them in turn. */
function dependants(ground: Terrain, name: string): readonly string[] {
  const found = new Set<string>();
  const queue = [name];
  for (let at = queue.shift(); at !== undefined; at = queue.shift()) {
    for (const service of ground.hospital.services) {
      const needs = service.needs.some((need) => need.kind === "service" && needLabel(need) === at);
      if (needs && service.name !== name && !found.has(service.name)) {
        found.add(service.name);
        queue.push(service.name);
      }
    }
  }
  return [...found];
}

function unknownNeeds(ground: Terrain): readonly Finding[] {
  const { services, edges } = ground.hospital;
  const known = {
    service: new Set(services.map((service) => service.name)),
    segment: new Set(ground.segments.keys()),
    uplink: new Set(edges.flatMap((edge) => edge.uplinks.map((uplink) => uplink.name))),
  };
  return services.flatMap((service) =>
    service.needs
      .filter((need) => !known[need.kind].has(needLabel(need)))
      .map((need) => ({
        code: "service-loses-path" as const,
        text: `${service.name} needs ${need.kind} ${needLabel(need)}, which is not described`,
      })),
  );
}
