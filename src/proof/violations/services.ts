/** Services that must stay up: who would lose a path, directly or through what they need. */

import { named } from "../named.ts";
import type { Finding, FlowLine } from "../proof-types.ts";
import { needLabel } from "../session.ts";
import { familiesOf, type Terrain } from "../topology.ts";

export function lostPaths(ground: Terrain, flows: readonly FlowLine[]): readonly Finding[] {
  const services = new Map(ground.hospital.services.map((service) => [service.name, service]));
  /** A family that one end doesn't have was never a path. Who stands in one line speaks the same families. */
  const bothSpeak = (flow: FlowLine) =>
    [flow.from, flow.to].every(([label = ""]) => {
      const segment = ground.segments.get(services.get(label)?.at ?? label);
      return segment === undefined || familiesOf(segment.cidrs).includes(flow.family);
    });
  const paths = flows.filter((flow) => flow.kind === "user-service" || flow.kind === "service-need");
  const cut = paths.filter((flow) => moment(flow) !== null && bothSpeak(flow));
  const texts = cut.map((flow) => {
    const [from, to] = [named(flow.from), named(flow.to)];
    const through = dependants(ground, flow.kind === "user-service" ? to : from);
    const others = through.length === 0 ? "" : `; ${named(through)} would fail with it`;
    const who = flow.kind === "user-service" ? `users in ${from} reach` : `${from} needs`;
    const text = `${who} ${to} by ${flow.family}, cut ${moment(flow)} (${reason(flow)})${others}`;
    return { code: "service-loses-path", text } as const;
  });
  return [...texts, ...unknownNeeds(ground)];
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
