/** An isolated segment that would keep a way out, or that should never have been isolated. */
import { literalHost } from "../../network/host-address.ts";
import { named } from "../named.ts";
import { overlapping } from "../overlapping.ts";
import type { Finding, FlowLine } from "../proof-types.ts";
import { strangerIn } from "../session.ts";
import { segmentsTouching, type Terrain, targetsOf } from "../topology.ts";

export function waysOut(ground: Terrain, flows: readonly FlowLine[]): readonly Finding[] {
  return [
    ...neverIsolated(ground),
    ...openFlows(ground, flows),
    ...withoutInterface(ground),
    ...sharedInterfaces(ground),
    ...overlappingPrefixes(ground),
    ...uplinkInsideSegment(ground),
  ];
}

function neverIsolated(ground: Terrain): readonly Finding[] {
  return [...ground.isolated].flatMap((name) => {
    const role = ground.segments.get(name)?.role;
    if (role === "administrative" || role === "guest") return [];
    const what = role === undefined ? "is not described" : `has role ${role}`;
    return [{ code: "clinical-isolated", text: `${name} ${what} and can never be isolated` }];
  });
}

function openFlows(ground: Terrain, flows: readonly FlowLine[]): readonly Finding[] {
  // A class is isolated as a whole.
  const sources = new Set([...ground.isolated].flatMap((name) => [name, strangerIn(name)]));
  return flows
    .filter(
      (flow) =>
        ((flow.kind === "segment-uplink" || flow.kind === "segment-edge") &&
          sources.has(flow.from[0] ?? "")) ||
        (flow.kind === "uplink-segment" && ground.isolated.has(flow.to[0] ?? "")),
    )
    .filter((flow) => flow.phases.isolated.flow === "open" || flow.phases["vault-open"].flow === "open")
    .map((flow) => ({
      code: "way-out" as const,
      text: `${named(flow.from)} → ${named(flow.to)} stays open by ${flow.family} during isolation (${flow.phases.isolated.rule})`,
    }));
}

/** Undeclared sources are only seen by interface: without one they walk past the address rules. */
function withoutInterface(ground: Terrain): readonly Finding[] {
  return isolatedSegments(ground)
    .filter((segment) => segment.interfaces.length === 0)
    .map((segment) => ({
      code: "way-out",
      text: `${segment.name} names no interface of the edge: a host with an address that no segment declares keeps its way out`,
    }));
}

function sharedInterfaces(ground: Terrain): readonly Finding[] {
  return isolatedSegments(ground).flatMap((segment) =>
    segment.interfaces.flatMap((name) => {
      const uplinks = [...ground.uplinks].filter(([, ways]) => ways.some((way) => way.interface === name));
      const others = (ground.byInterface.get(name) ?? []).filter((other) => other.name !== segment.name);
      return [
        ...uplinks.map(([uplink]) => ({
          code: "way-out" as const,
          text: `${segment.name} and uplink ${uplink} share interface ${name}: the edge can't tell them apart`,
        })),
        ...others.map((other) => ({
          code: "overlap" as const,
          text: `${segment.name} and ${other.name} share interface ${name}: isolating one isolates the other`,
        })),
      ];
    }),
  );
}

function overlappingPrefixes(ground: Terrain): readonly Finding[] {
  return isolatedSegments(ground).flatMap((segment) =>
    overlapping(ground, segment)
      .filter(({ other }) => !(ground.isolated.has(other.name) && other.name < segment.name))
      .map(({ mine, theirs, other }) => ({
        code: "overlap" as const,
        text: `${mine} of ${segment.name} overlaps ${theirs} of ${other.name}: the same address would be isolated and not`,
      })),
  );
}

/** "Declared segments only" is no isolation when a declared prefix holds addresses beyond an uplink. */
function uplinkInsideSegment(ground: Terrain): readonly Finding[] {
  if (ground.isolated.size === 0) return [];
  return [...ground.uplinks].flatMap(([name, ways]) =>
    targetsOf(ways).flatMap((target) => {
      const host = literalHost(target);
      if (host === null) return [];
      return segmentsTouching(host, ground).map((segment) => ({
        code: "way-out" as const,
        text: `${target}, beyond uplink ${name}, lies inside the addresses that ${segment.name} declares`,
      }));
    }),
  );
}

function isolatedSegments(ground: Terrain) {
  return [...ground.segments.values()].filter((segment) => ground.isolated.has(segment.name));
}
