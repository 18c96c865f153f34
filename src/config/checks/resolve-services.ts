/** Finds what the names in `needs` stand for, and turns written services into the model's. */
import type { Need, Service } from "../../model/hospital.ts";
import type { WrittenService } from "../schema/service.ts";
import type { WrittenStack } from "../schema/stack.ts";
import { didYouMean } from "../yaml/did-you-mean.ts";
import { quote } from "../yaml/invalid.ts";
import type { Problems } from "../yaml/problems.ts";

/** `undefined` when segments, edges or services could not be read, or a need names nothing. */
export function resolveServices(stack: Partial<WrittenStack>, problems: Problems): Service[] | undefined {
  const { services, segments, edges } = stack;
  if (services === undefined || segments === undefined || edges === undefined) return undefined;
  const known = new Map<string, Need>([
    ...edges.flatMap((edge) => edge.uplinks.map((uplink) => need("uplink", uplink.name))),
    ...segments.map((segment) => need("segment", segment.name)),
    ...services.map((service) => need("service", service.name)),
  ]);
  const resolved = services.map((service, index): Service | undefined => {
    const needs = service.needs.map((written, position) => {
      const found = known.get(written);
      if (found === undefined) {
        const hint = didYouMean(written, [...known.keys()]);
        const message = `${quote(written)} is neither a service, a segment nor an uplink`;
        problems.add(["services", index, "needs", position], message, hint);
      } else if (written === service.name) {
        problems.add(["services", index, "needs", position], "a service can't need itself", "take it out");
      }
      return found;
    });
    return needs.every((one) => one !== undefined) ? withNeeds(service, needs) : undefined;
  });
  return resolved.every((service) => service !== undefined) ? resolved : undefined;
}

function need(kind: Need["kind"], name: string): [string, Need] {
  if (kind === "uplink") return [name, { kind, uplink: name }];
  if (kind === "segment") return [name, { kind, segment: name }];
  return [name, { kind, service: name }];
}

function withNeeds({ records, ...service }: WrittenService, needs: Need[]): Service {
  return { ...service, needs, ...(records === undefined ? {} : { records }) };
}
