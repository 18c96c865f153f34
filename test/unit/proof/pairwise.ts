/** The oracle of `classes.test.ts`: every pair whose fate people ask about judged by itself, one line for each. */
import type { Family, FlowLine } from "../../../src/proof/proof-types.ts";
import {
  type End,
  families,
  line,
  segmentEnd,
  servicePort,
  sourcePort,
  strangerIn,
  uplinkEnd,
} from "../../../src/proof/session.ts";
import { familiesOf, segmentOf, type Terrain } from "../../../src/proof/topology.ts";

const smb = { protocol: "tcp", port: 445 } as const;
const ssh = { protocol: "tcp", port: 22 } as const;

export function pairwiseFlows(ground: Terrain): readonly FlowLine[] {
  return [
    ...betweenSegments(ground),
    ...overUplinks(ground),
    ...throughEdgeServices(ground),
    ...ofServices(ground),
    ...ofBackupHost(ground),
    ...ofControlPath(ground),
  ];
}

function ordinary(ground: Terrain): readonly string[] {
  return [...ground.segments.keys()].filter((name) => !ground.vaults.has(name));
}

function betweenSegments(ground: Terrain): readonly FlowLine[] {
  const names = ordinary(ground);
  return names.flatMap((from) =>
    names
      .filter((to) => to !== from)
      .flatMap((to) =>
        families.flatMap((family) => {
          const ends = [segmentEnd(ground, [from], family), segmentEnd(ground, [to], family)] as const;
          return [null, smb].map((at) => line(ground, "segment-segment", ...ends, family, at));
        }),
      ),
  );
}

function overUplinks(ground: Terrain): readonly FlowLine[] {
  return ordinary(ground).flatMap((segment) =>
    [...ground.uplinks.keys()].flatMap((uplink) =>
      families.flatMap((family) => {
        const inside = segmentEnd(ground, [segment], family);
        const outside = uplinkEnd(uplink);
        return [
          line(ground, "segment-uplink", inside, outside, family, null),
          line(ground, "uplink-segment", outside, inside, family, null),
          ...undeclaredSource(ground, segment, outside, family),
        ];
      }),
    ),
  );
}

/** Where isolation is asked for, a host that gave itself another address must not get out either. */
function undeclaredSource(
  ground: Terrain,
  segment: string,
  outside: End,
  family: Family,
): readonly FlowLine[] {
  if (!ground.isolated.has(segment)) return [];
  const stranger = { labels: [strangerIn(segment)], place: { kind: "undeclared", segment } } as const;
  return [line(ground, "segment-uplink", stranger, outside, family, null)];
}

function throughEdgeServices(ground: Terrain): readonly FlowLine[] {
  return ordinary(ground).flatMap((segment) =>
    [...ground.edgeServices].flatMap(([service, { protocol, port }]) =>
      families.map((family) => {
        const server = { labels: [service], place: { kind: "edge-service", service } } as const;
        return line(ground, "segment-edge", segmentEnd(ground, [segment], family), server, family, {
          protocol,
          port,
        });
      }),
    ),
  );
}

function ofServices(ground: Terrain): readonly FlowLine[] {
  const services = new Map(ground.hospital.services.map((service) => [service.name, service]));
  return ground.hospital.services.flatMap((service) =>
    families.flatMap((family) => {
      const here = segmentEnd(ground, [service.at], family);
      const users = service.users.map((user) =>
        line(
          ground,
          "user-service",
          segmentEnd(ground, [user], family),
          { ...here, labels: [service.name] },
          family,
          servicePort(service),
        ),
      );
      const needs = service.needs.flatMap((need) => {
        const caller = { ...here, labels: [service.name] };
        if (need.kind === "uplink") {
          const outside = uplinkEnd(need.uplink);
          return [line(ground, "service-need", caller, outside, family, null)];
        }
        if (need.kind === "segment") {
          return [
            line(ground, "service-need", caller, segmentEnd(ground, [need.segment], family), family, null),
          ];
        }
        const other = services.get(need.service);
        if (other === undefined) return [];
        const server = { ...segmentEnd(ground, [other.at], family), labels: [other.name] };
        return [line(ground, "service-need", caller, server, family, servicePort(other))];
      });
      return [...users, ...needs];
    }),
  );
}

function ofBackupHost(ground: Terrain): readonly FlowLine[] {
  const { sources, backupHost } = ground.hospital;
  const host = { labels: [backupHost.name], place: { kind: "backup-host" } } as const;
  return familiesOf(backupHost.addresses).flatMap((family) => {
    const toSources = sources.map((source) =>
      line(
        ground,
        "backup-source",
        host,
        { ...segmentEnd(ground, [source.segment], family), labels: [source.name] },
        family,
        sourcePort(source),
      ),
    );
    const fromSegments = ordinary(ground).flatMap((segment) =>
      [null, ssh].map((at) =>
        line(ground, "any-backup", segmentEnd(ground, [segment], family), host, family, at),
      ),
    );
    // Whoever has got hold of the edge, or of a proxy on it.
    const fromEdges = ground.hospital.edges.flatMap((edge) =>
      [null, ssh].map((at) =>
        line(ground, "any-backup", { labels: [edge.name], place: { kind: "edge" } }, host, family, at),
      ),
    );
    const outside = [...ground.uplinks.keys()].flatMap((uplink) => {
      const end = uplinkEnd(uplink);
      return [
        line(ground, "any-backup", end, host, family, ssh),
        line(ground, "any-backup", host, end, family, null),
      ];
    });
    return [...toSources, ...fromSegments, ...fromEdges, ...outside];
  });
}

function ofControlPath(ground: Terrain): readonly FlowLine[] {
  const { backupHost, edges } = ground.hospital;
  const host = { labels: [backupHost.name], place: { kind: "backup-host" } } as const;
  const inward = backupHost.controlFrom.flatMap((address) => {
    const segment = segmentOf(address, ground);
    if (segment === undefined) return [];
    const from = { labels: [address], place: { kind: "control", segment: segment.name } } as const;
    return familiesOf([address]).map((family) => line(ground, "control", from, host, family, ssh));
  });
  const outward = edges.flatMap((edge) =>
    familiesOf(backupHost.addresses).map((family) =>
      line(ground, "control", host, { labels: [edge.name], place: { kind: "edge" } }, family, ssh),
    ),
  );
  return [...inward, ...outward];
}
