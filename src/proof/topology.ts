/** What the proof looks up in a hospital, computed once. */
import type { EdgeService, Hospital, Segment, Uplink } from "../model/hospital.ts";
import type { Prefix } from "../network/cidr.ts";
import { prefix } from "../network/host-address.ts";
import { PrefixIndex } from "../network/prefix-index.ts";
import { named } from "./named.ts";
import type { Family } from "./proof-types.ts";

export interface Terrain {
  readonly hospital: Hospital;
  readonly segments: ReadonlyMap<string, Segment>;
  /** Segments by interface of the edge, and by prefix. */
  readonly byInterface: ReadonlyMap<string, readonly Segment[]>;
  readonly byPrefix: PrefixIndex<{ readonly prefix: Prefix; readonly value: Segment }>;
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
    byInterface: byInterface(hospital.segments),
    byPrefix: new PrefixIndex(
      hospital.segments.flatMap((value) => value.cidrs.map((cidr) => ({ prefix: prefix(cidr), value }))),
    ),
    uplinks: new Map(
      uplinks.map(({ name }) => [name, uplinks.filter((uplink) => uplink.name === name)] as const),
    ),
    edgeServices: new Map(services.map((service) => [service.name, service])),
    isolated: new Set(hospital.window.isolate),
    vaults: new Set(hospital.segments.filter((s) => s.role === "vault").map((s) => s.name)),
  };
}

function byInterface(segments: readonly Segment[]): ReadonlyMap<string, readonly Segment[]> {
  const found = new Map<string, Segment[]>();
  for (const segment of segments) {
    for (const name of new Set(segment.interfaces)) {
      const others = found.get(name);
      if (others === undefined) found.set(name, [segment]);
      else others.push(segment);
    }
  }
  return found;
}

export function familiesOf(cidrs: readonly string[]): readonly Family[] {
  const present = new Set<Family>(cidrs.map((cidr) => (cidr.includes(":") ? "ipv6" : "ipv4")));
  return (["ipv4", "ipv6"] as const).filter((family) => present.has(family));
}

/** The segment that declares every address of `address` (an address or a prefix), if one does; the first of several. */
export function segmentOf(address: string, ground: Terrain): Segment | undefined {
  return inOrder(ground, ground.byPrefix.holding(prefix(address)))[0];
}

/** Segments that share an address with `address`. */
export function segmentsTouching(address: string, ground: Terrain): readonly Segment[] {
  return inOrder(ground, ground.byPrefix.touching(prefix(address)));
}

/** Each once, in the order in which they are described. */
function inOrder(ground: Terrain, entries: readonly { readonly value: Segment }[]): readonly Segment[] {
  const found = new Set(entries.map(({ value }) => value));
  return found.size < 2 ? [...found] : ground.hospital.segments.filter((segment) => found.has(segment));
}

export function targetsOf(uplinks: readonly Uplink[]): readonly string[] {
  return [...new Set(uplinks.flatMap((uplink) => uplink.targets))];
}

/** "office is cut off", "office, guest are cut off". */
export function cutOff({ isolated }: Terrain): string {
  return `${named([...isolated])} ${isolated.size === 1 ? "is" : "are"} cut off`;
}
