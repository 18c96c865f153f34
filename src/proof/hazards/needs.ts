/** Services whose needs, however far down, stand in a segment that is cut. */
import type { Need, Service } from "../../model/hospital.ts";
import type { Finding } from "../proof-types.ts";
import { needLabel } from "../session.ts";
import type { Terrain } from "../topology.ts";

export function needsBehindCut(ground: Terrain): readonly Finding[] {
  const services = new Map(ground.hospital.services.map((service) => [service.name, service]));
  return ground.hospital.services.flatMap((service) =>
    reached(services, service.name)
      .filter(({ segment }) => ground.isolated.has(segment))
      .map(({ segment, chain }) => ({
        code: "need-behind-cut" as const,
        text: `${service.name} needs ${chain.join(" → ")} in ${segment}, which is cut off from every uplink: what it asks of the outside fails`,
      })),
  );
}

/** Every segment that a service's needs lead to, with the chain of needs that leads there; each need once. */
function reached(services: ReadonlyMap<string, Service>, name: string) {
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
