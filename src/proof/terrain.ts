/** What the proof looks up in a hospital, computed once. */
import type { Edge, Hospital, Segment, Uplink } from "../model/hospital.ts";
import { contains, overlaps, prefix } from "./address.ts";
import type { Family } from "./flow.ts";

export interface Terrain {
  readonly hospital: Hospital;
  readonly segments: ReadonlyMap<string, Segment>;
  /** Uplinks by "edge/uplink" where there are several edges, else by name. */
  readonly uplinks: ReadonlyMap<string, Uplink>;
  readonly edgeServices: ReadonlyMap<
    string,
    { readonly edge: Edge; readonly port: Edge["services"][number] }
  >;
  readonly isolated: ReadonlySet<string>;
  readonly vaults: ReadonlySet<string>;
}

export function terrain(hospital: Hospital): Terrain {
  const many = hospital.edges.length > 1;
  const named = (edge: Edge, name: string) => (many ? `${edge.name}/${name}` : name);
  return {
    hospital,
    segments: new Map(hospital.segments.map((segment) => [segment.name, segment])),
    uplinks: new Map(
      hospital.edges.flatMap((edge) =>
        edge.uplinks.map((uplink) => [named(edge, uplink.name), uplink] as const),
      ),
    ),
    edgeServices: new Map(
      hospital.edges.flatMap((edge) =>
        edge.services.map((port) => [named(edge, port.name), { edge, port }] as const),
      ),
    ),
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

/** The name of an uplink seen from one edge, as `Terrain.uplinks` knows it. */
export function uplinkNames(ground: Terrain, name: string): readonly string[] {
  return [...ground.uplinks].filter(([, uplink]) => uplink.name === name).map(([key]) => key);
}
