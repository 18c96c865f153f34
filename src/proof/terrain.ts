/** What the proof looks up in a hospital, computed once. */
import type { EdgeService, Hospital, Segment, Uplink } from "../model/hospital.ts";
import { contains, overlaps, prefix } from "./address.ts";
import type { Family } from "./flow.ts";

export interface Terrain {
  readonly hospital: Hospital;
  readonly segments: ReadonlyMap<string, Segment>;
  /** By name: the edges of a hospital stand in for each other, so that uplinks of one name are one way out. */
  readonly uplinks: ReadonlyMap<string, readonly Uplink[]>;
  readonly edgeServices: ReadonlyMap<string, EdgeService>;
  readonly isolated: ReadonlySet<string>;
  readonly vaults: ReadonlySet<string>;
}

export function terrain(hospital: Hospital): Terrain {
  const uplinks = hospital.edges.flatMap((edge) => edge.uplinks);
  const services = hospital.edges.flatMap((edge) => edge.services);
  return {
    hospital,
    segments: new Map(hospital.segments.map((segment) => [segment.name, segment])),
    uplinks: new Map(
      uplinks.map(({ name }) => [name, uplinks.filter((uplink) => uplink.name === name)] as const),
    ),
    edgeServices: new Map(services.map((service) => [service.name, service])),
    isolated: new Set(hospital.window.isolate),
    vaults: new Set(hospital.segments.filter((s) => s.role === "vault").map((s) => s.name)),
  };
}

export function familiesOf(cidrs: readonly string[]): readonly Family[] {
  const present = new Set<Family>(cidrs.map((cidr) => (prefix(cidr).family === 4 ? "ipv4" : "ipv6")));
  return (["ipv4", "ipv6"] as const).filter((family) => present.has(family));
}

/** The segment that declares every address of `address` (an address or a prefix), if one does. */
export function segmentOf(address: string, segments: Iterable<Segment>): Segment | undefined {
  const wanted = prefix(address);
  return [...segments].find((segment) => segment.cidrs.some((cidr) => contains(prefix(cidr), wanted)));
}

/** Segments that share an address with `address`. */
export function segmentsTouching(address: string, segments: Iterable<Segment>): readonly Segment[] {
  const wanted = prefix(address);
  return [...segments].filter((segment) => segment.cidrs.some((cidr) => overlaps(prefix(cidr), wanted)));
}

export function targetsOf(uplinks: readonly Uplink[]): readonly string[] {
  return [...new Set(uplinks.flatMap((uplink) => uplink.targets))];
}

/** "office is cut off", "office, guest are cut off". */
export function cutOff({ isolated }: Terrain): string {
  return `${[...isolated].join(", ")} ${isolated.size === 1 ? "is" : "are"} cut off`;
}
