/** Which sessions are tried on a scene: every ordered pair of places, both families, on telling ports. */
import type { Family, Place, Port } from "../../../src/proof/proof-types.ts";
import type { Random } from "./random.ts";
import type { Host, Scene } from "./scene.ts";

export interface Session {
  readonly opener: Host;
  readonly server: Host;
  readonly at: Port;
  readonly sourcePort: number;
}

const families: readonly Family[] = ["ipv4", "ipv6"];
const telling: readonly Port[] = [
  ...[135, 139, 445, 3389].map((port) => ({ protocol: "tcp", port }) as const),
  ...[135, 137, 138, 3389].map((port) => ({ protocol: "udp", port }) as const),
  { protocol: "tcp", port: 136 },
  { protocol: "tcp", port: 22 },
  { protocol: "udp", port: 22 },
  { protocol: "tcp", port: 3306 },
];

/** Pairs of places tried in one family of one hospital, about. */
const enoughPairs = 220;

/** NetBIOS clients use such a port at their own end too: the answers go to it. */
const lateralClient = 138;

export function sessionsOf(scene: Scene, random: Random): readonly Session[] {
  let nextPort = 10_000;
  const sourcePort = () => {
    nextPort = nextPort >= 60_000 ? 10_000 : nextPort + 1;
    return nextPort;
  };
  return families.flatMap((family) => {
    const groups = group([...scene.hosts, ...edgeHosts(scene, family)].filter((h) => h.family === family));
    const thinned = Math.max(0, 1 - enoughPairs / groups.length ** 2);
    return groups.flatMap((openers) =>
      groups.flatMap((servers) => {
        const opener = random.pick(openers.filter((host) => host.wire >= 0));
        const server = random.pick(servers.filter((host) => host.wire !== opener?.wire));
        if (opener === undefined || server === undefined) return [];
        // Two strangers to the model are no pair that anybody asks about: a few will do.
        if (isStranger(opener) && isStranger(server) && random.chance(0.9)) return [];
        // Large hospitals have thousands of pairs that fare alike: of those a share, and the next hospital another.
        if (!touchesVault({ opener, server }) && random.chance(thinned)) return [];
        return portsFor(server.place, scene, random).map((at) => ({
          opener,
          server,
          at,
          sourcePort: random.chance(0.03) ? lateralClient : sourcePort(),
        }));
      }),
    );
  });
}

/** An address that one wire's owner declares, tried from every other wire: openings only, the answers go home. */
export function strayedOf(scene: Scene, random: Random): readonly Session[] {
  const owners = scene.hosts.filter(({ place }) => !["undeclared", "uplink", "strayed"].includes(place.kind));
  const wires = [...new Map(scene.hosts.map((host) => [host.wire, host])).values()];
  let nextPort = 60_000;
  return wires.flatMap((wire) => {
    const claimable = owners.filter((owner) => owner.wire !== wire.wire && !sameSegment(owner, wire));
    return Array.from({ length: 4 }, () => random.pick(claimable)).flatMap((claimed) => {
      if (claimed === undefined) return [];
      const targets = [...scene.hosts, ...edgeHosts(scene, claimed.family)].filter(
        (host) => host.family === claimed.family && host.wire !== wire.wire && host.wire !== claimed.wire,
      );
      const server = random.pick(targets);
      const at = server && random.pick(portsFor(server.place, scene, random));
      if (server === undefined || at === undefined) return [];
      const place: Place = { kind: "strayed", segment: segmentOf(wire), claims: segmentOf(claimed) ?? "" };
      nextPort = nextPort >= 65_000 ? 60_001 : nextPort + 1;
      return [{ opener: { ...claimed, wire: wire.wire, place }, server, at, sourcePort: nextPort }];
    });
  });
}

export function touchesVault({ opener, server }: Pick<Session, "opener" | "server">): boolean {
  return opener.place.kind === "backup-host" || server.place.kind === "backup-host";
}

/** Null on an uplink's wire. */
function segmentOf({ place }: Host): string | null {
  if (place.kind === "backup-host") return "vault";
  return "segment" in place ? place.segment : null;
}

function isStranger({ place }: Host): boolean {
  return place.kind === "undeclared" || place.kind === "uplink";
}

function sameSegment(a: Host, b: Host): boolean {
  return segmentOf(a) !== null && segmentOf(a) === segmentOf(b);
}

/** A port that no rule names, and for half of the pairs one that some rule might. */
function portsFor(place: Place, { hospital }: Scene, random: Random): readonly Port[] {
  if (place.kind === "edge-service") {
    const services = hospital.edges.flatMap((edge) => edge.services);
    const service = services.find(({ name }) => name === place.service);
    return service === undefined ? [] : [{ protocol: service.protocol, port: service.port }];
  }
  if (place.kind === "edge") return [{ protocol: "tcp", port: 22 }];
  const ordinary = [
    { protocol: random.chance(0.7) ? "udp" : "tcp", port: 7000 + random.below(900) },
  ] as const;
  const special =
    place.kind === "backup-host"
      ? ({ protocol: "tcp", port: 22 } as const)
      : random.chance(0.5)
        ? random.pick(telling)
        : undefined;
  return special === undefined ? ordinary : [...ordinary, special];
}

/** The edge's own addresses, one for each wire; they stand on wire -1, for its own TCP answers. */
function edgeHosts(scene: Scene, family: Family): readonly Host[] {
  const wires = [...new Set(scene.hosts.map((host) => host.wire))];
  const services = scene.hospital.edges[0]?.services ?? [];
  const places: Place[] = [
    { kind: "edge" },
    ...services.map(({ name }) => ({ kind: "edge-service", service: name }) as const),
  ];
  return places.flatMap((place) =>
    wires.map((wire) => ({
      wire: -1,
      family,
      place,
      address: family === "ipv4" ? `198.18.${wire}.1` : `2001:2:0:${wire.toString(16)}::1`,
    })),
  );
}

function group(hosts: readonly Host[]): readonly (readonly Host[])[] {
  const byPlace = new Map<string, Host[]>();
  for (const host of hosts) {
    const key = JSON.stringify(host.place);
    byPlace.set(key, [...(byPlace.get(key) ?? []), host]);
  }
  return [...byPlace.values()];
}
