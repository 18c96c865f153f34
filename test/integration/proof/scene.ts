/**
 * A hospital laid out on wires: the fixed veth pairs of `kernel.ts` stand for its networks, and each block of
 * addresses is routed to one of them. Built from a `Sketch` (a handful of small numbers), so that what fast-check
 * shrinks always stays a hospital that the configuration would accept.
 */
import type { Hospital, Role, Segment } from "../../../src/model/hospital.ts";
import { formatPrefix, makeDisjoint, parsePrefix } from "../../../src/network/cidr.ts";
import type { Family, Place } from "../../../src/proof/proof-types.ts";
import { Addresses } from "./addresses.ts";

export interface BlockSketch {
  readonly family: Family;
  readonly length: number;
  /** Leave the next block of this size undeclared, but routed to the same wire. */
  readonly gap: boolean;
  /** Also declare the lower half: nested prefixes. */
  readonly nested: boolean;
}

export interface SegmentSketch {
  readonly role: Exclude<Role, "vault">;
  readonly wires: 1 | 2;
  readonly blocks: readonly BlockSketch[];
  readonly isolate: boolean;
}

export interface Sketch {
  readonly segments: readonly SegmentSketch[];
  readonly uplinks: number;
  /** A wire of the edge that the hospital does not describe. */
  readonly unknownWire: boolean;
  readonly services: readonly number[];
  readonly lateral: "observe" | "enforce";
  /** Pairs of segment numbers, taken modulo their count. */
  readonly allow: readonly (readonly [number, number])[];
  readonly backup: "ipv4" | "ipv6" | "both";
  readonly control: 0 | 1 | 2;
  /** Some addresses of segments are routed to the wires of others. */
  readonly detours: boolean;
  /** Chooses hosts and ports. */
  readonly seed: number;
}

/** One host: where its packets enter, and what the proof calls it. */
export interface Host {
  readonly wire: number;
  readonly address: string;
  readonly family: Family;
  readonly place: Place;
}

export interface Scene {
  readonly hospital: Hospital;
  readonly hosts: readonly Host[];
  /** Prefix → wire, for the edge's routing table. */
  readonly routes: readonly { readonly prefix: string; readonly wire: number }[];
  readonly seed: number;
}

export const wireCount = 28;
export const edgeServices = [
  { name: "proxy", protocol: "tcp", port: 3128 },
  { name: "resolver", protocol: "udp", port: 53 },
  { name: "tunnel", protocol: "udp", port: 51820 },
  { name: "socks", protocol: "tcp", port: 1080 },
] as const;

const both: readonly Family[] = ["ipv4", "ipv6"];

export function layOut(sketch: Sketch): Scene {
  const addresses = new Addresses();
  const hosts: Host[] = [];
  const routes: { prefix: string; wire: number }[] = [];
  let nextWire = 0;
  const add = (wire: number, prefix: string, place: Place) => {
    routes.push({ prefix, wire });
    for (const address of addresses.edgesOf(prefix)) {
      hosts.push({ wire, address, family: address.includes(":") ? "ipv6" : "ipv4", place });
    }
  };

  const wires = sketch.segments.map((segment) => Array.from({ length: segment.wires }, () => nextWire++));
  const declared = sketch.segments.map(() => [] as string[]);
  // Block by block over all segments, so that neighbours in the address space belong to different segments.
  for (let round = 0; round < 4; round++) {
    sketch.segments.forEach((segment, index) => {
      const block = segment.blocks[round];
      const wire = wires[index]?.[round % segment.wires] ?? 0;
      if (block === undefined) return;
      const prefix = addresses.next(block.family, block.length);
      declared[index]?.push(prefix, ...(block.nested ? [addresses.lowerHalf(prefix)] : []));
      add(wire, prefix, { kind: "segment", segment: `s${index}` });
      if (block.gap) {
        add(wire, addresses.next(block.family, block.length), { kind: "undeclared", segment: `s${index}` });
      }
    });
  }
  const segments: Segment[] = sketch.segments.map((segment, index) => ({
    name: `s${index}`,
    role: segment.role,
    interfaces: (wires[index] ?? []).map((wire) => `p${wire}`),
    cidrs: makeDisjoint((declared[index] ?? []).map(parsePrefix)).map(formatPrefix),
  }));
  sketch.segments.forEach((_, index) => {
    for (const family of both) {
      add(wires[index]?.[0] ?? 0, addresses.stranger(family), { kind: "undeclared", segment: `s${index}` });
    }
  });

  const uplinks = Array.from({ length: sketch.uplinks }, (_, index) => {
    const wire = nextWire++;
    for (const family of both) add(wire, addresses.outside(family), { kind: "uplink", uplink: `up${index}` });
    return { name: `up${index}`, interface: `p${wire}`, targets: [] };
  });
  if (sketch.unknownWire) {
    const wire = nextWire++;
    for (const family of both)
      add(wire, addresses.outside(family), { kind: "uplink", uplink: "not described" });
  }

  const vaultWire = nextWire++;
  const vault = both.map((family) => addresses.next(family, family === "ipv4" ? 28 : 64));
  const speaks = both.filter((family) => sketch.backup === "both" || sketch.backup === family);
  const backupAddresses = speaks.map((family) => addresses.host(vault[both.indexOf(family)] ?? "", 10n));
  for (const prefix of vault) add(vaultWire, prefix, { kind: "segment", segment: "vault" });
  for (const family of both) {
    add(vaultWire, addresses.stranger(family), { kind: "undeclared", segment: "vault" });
  }
  for (const address of backupAddresses) {
    const family = address.includes(":") ? "ipv6" : "ipv4";
    hosts.push({ wire: vaultWire, address, family, place: { kind: "backup-host" } });
  }

  detour(sketch, hosts, routes);

  const controllers = hosts.filter(
    ({ place }) =>
      place.kind === "segment" && segments.find((s) => s.name === place.segment)?.role === "management",
  );
  const control = controllers.slice(0, sketch.control);
  for (const host of control) {
    if (host.place.kind !== "segment") continue;
    hosts[hosts.indexOf(host)] = { ...host, place: { kind: "control", segment: host.place.segment } };
  }

  const name = (index: number) => `s${index % sketch.segments.length}`;
  const hospital: Hospital = {
    name: "generated",
    zone: "Asia/Jakarta",
    segments: [...segments, { name: "vault", role: "vault", interfaces: [`p${vaultWire}`], cidrs: vault }],
    edges: [
      {
        name: "edge",
        ssh: { read: "edge", window: "edge", policy: "edge" },
        uplinks,
        services: edgeServices.filter((_, index) => sketch.services.includes(index)),
      },
    ],
    backupHost: {
      name: "backup",
      ssh: "backup",
      addresses: backupAddresses,
      controlFrom: control.map((host) => host.address),
      repository: { path: "/srv/repository", credentials: "repository" },
    },
    sources: [],
    services: [],
    lateral: {
      mode: sketch.lateral,
      allow: sketch.allow
        .map(([from, to]) => ({ from: name(from), to: name(to) }))
        .filter(({ from, to }) => from !== to),
    },
    maxIsolationMs: 3_600_000,
    window: {
      start: "arm",
      startCutoffMs: 60_000,
      backupStopMs: 120_000,
      reconnectByMs: 180_000,
      isolate: sketch.segments.flatMap(({ role, isolate }, index) =>
        isolate && (role === "administrative" || role === "guest") ? [`s${index}`] : [],
      ),
      runbook: "isolate-backup-reconnect",
      attempt: 1,
      lease: "window",
    },
    notices: [],
  };
  return { hospital, hosts, routes, seed: sketch.seed };
}

/** One address of each of some segments is routed to another wire: what goes there still goes to that segment. */
function detour(sketch: Sketch, hosts: Host[], routes: { prefix: string; wire: number }[]): void {
  if (!sketch.detours) return;
  for (const family of both) {
    const owners = hosts.filter((host) => host.family === family && host.place.kind === "segment");
    const first = [...new Map(owners.map((host) => [segmentAt(host), host])).entries()];
    for (const [claims, host] of first) {
      const others = hosts.filter(
        (one) => one.family === family && one.wire !== host.wire && segmentAt(one) !== claims,
      );
      const other = others[(sketch.seed + hosts.indexOf(host)) % Math.max(1, others.length)];
      const alone = hosts.filter(({ address }) => address === host.address).length === 1;
      const routed = routes.some(({ prefix }) => prefix.replace(/\/(32|128)$/, "") === host.address);
      if (other === undefined || claims === null || !alone || routed) continue;
      routes.push({ prefix: host.address, wire: other.wire });
      hosts[hosts.indexOf(host)] = {
        ...host,
        wire: other.wire,
        place: { kind: "strayed", segment: segmentAt(other), claims },
      };
    }
  }
}

function segmentAt({ place }: Host): string | null {
  if (place.kind === "backup-host") return "vault";
  return "segment" in place ? place.segment : null;
}
