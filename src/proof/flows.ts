/** Every pair whose fate people ask about, as lines of the table, one for all that fare alike. Pure: from the model alone. */
import type { Service } from "../model/hospital.ts";
import { Exceptions } from "./exceptions.ts";
import type { Family, FlowLine, SegmentClass } from "./proof-types.ts";
import {
  type End,
  families,
  line,
  segmentEnd,
  servicePort,
  sourcePort,
  strangerIn,
  uplinkEnd,
} from "./session.ts";
import { familiesOf, segmentOf, type Terrain } from "./topology.ts";
import { isLateral } from "./verdict.ts";

const smb = { protocol: "tcp", port: 445 } as const;
const ssh = { protocol: "tcp", port: 22 } as const;

export function flows(ground: Terrain, classes: readonly SegmentClass[]): readonly FlowLine[] {
  const exceptions = new Exceptions(ground, classes);
  return [
    ...betweenSegments(ground, classes, exceptions),
    ...overUplinks(ground, classes),
    ...throughEdgeServices(ground, classes),
    ...ofServices(ground, classes, exceptions),
    ...ofBackupHost(ground, classes),
    ...ofControlPath(ground),
  ];
}

function betweenSegments(
  ground: Terrain,
  classes: readonly SegmentClass[],
  exceptions: Exceptions,
): readonly FlowLine[] {
  const pairs = classes.flatMap((from) => classes.map((to) => [from, to] as const));
  const alike = pairs.flatMap(([from, to]) =>
    families.flatMap((family) =>
      [null, smb].flatMap((at) => {
        const except = at === null ? [] : exceptions.between(from, to);
        const pair = exceptions.ordinaryPair(from, to, except);
        if (pair === null) return [];
        const opener = { ...segmentEnd(ground, [pair.from], family), labels: from.segments };
        const server = { ...segmentEnd(ground, [pair.to], family), labels: to.segments };
        return [line(ground, "segment-segment", opener, server, family, at, except)];
      }),
    ),
  );
  const apart = exceptions.all.flatMap(({ from, to }) =>
    families.map((family) => {
      const ends = [segmentEnd(ground, [from], family), segmentEnd(ground, [to], family)] as const;
      return line(ground, "segment-segment", ...ends, family, smb);
    }),
  );
  return [...alike, ...apart];
}

function overUplinks(ground: Terrain, classes: readonly SegmentClass[]): readonly FlowLine[] {
  return classes.flatMap((alike) =>
    [...ground.uplinks.keys()].flatMap((uplink) =>
      families.flatMap((family) => {
        const inside = segmentEnd(ground, alike.segments, family);
        const outside = uplinkEnd(uplink);
        return [
          line(ground, "segment-uplink", inside, outside, family, null),
          line(ground, "uplink-segment", outside, inside, family, null),
          ...undeclaredSource(ground, alike, outside, family),
        ];
      }),
    ),
  );
}

/** Where isolation is asked for, a host that gave itself another address must not get out either. */
function undeclaredSource(
  ground: Terrain,
  { isolated, segments }: SegmentClass,
  outside: End,
  family: Family,
): readonly FlowLine[] {
  if (!isolated) return [];
  const place = { kind: "undeclared", segment: segments[0] ?? "" } as const;
  return [line(ground, "segment-uplink", { labels: segments.map(strangerIn), place }, outside, family, null)];
}

function throughEdgeServices(ground: Terrain, classes: readonly SegmentClass[]): readonly FlowLine[] {
  return classes.flatMap((alike) =>
    [...ground.edgeServices].flatMap(([service, { protocol, port }]) =>
      families.map((family) => {
        const server = { labels: [service], place: { kind: "edge-service", service } } as const;
        const opener = segmentEnd(ground, alike.segments, family);
        return line(ground, "segment-edge", opener, server, family, { protocol, port });
      }),
    ),
  );
}

function ofServices(
  ground: Terrain,
  classes: readonly SegmentClass[],
  exceptions: Exceptions,
): readonly FlowLine[] {
  const services = new Map(ground.hospital.services.map((service) => [service.name, service]));
  const classOf = new Map(classes.flatMap((alike, at) => alike.segments.map((name) => [name, at] as const)));
  return ground.hospital.services.flatMap((service) => {
    const users = usersAlike(service, classOf, exceptions);
    return families.flatMap((family) => {
      const here = { ...segmentEnd(ground, [service.at], family), labels: [service.name] };
      const used = users.map((alike) => {
        const opener = segmentEnd(ground, alike, family);
        return line(ground, "user-service", opener, here, family, servicePort(service));
      });
      const needs = service.needs.flatMap((need) => {
        if (need.kind === "uplink") {
          return [line(ground, "service-need", here, uplinkEnd(need.uplink), family, null)];
        }
        if (need.kind === "segment") {
          const there = segmentEnd(ground, [need.segment], family);
          return [line(ground, "service-need", here, there, family, null)];
        }
        const other = services.get(need.service);
        if (other === undefined) return [];
        const there = { ...segmentEnd(ground, [other.at], family), labels: [other.name] };
        return [line(ground, "service-need", here, there, family, servicePort(other))];
      });
      return [...used, ...needs];
    });
  });
}

/** The users of a service by class; those on its own wire, and those with a lateral exception, are apart. */
function usersAlike(
  service: Service,
  classOf: ReadonlyMap<string, number>,
  exceptions: Exceptions,
): readonly (readonly string[])[] {
  const groups = new Map<string, string[]>();
  for (const user of service.users) {
    const apart =
      user === service.at || (isLateral(servicePort(service)) && exceptions.has(user, service.at));
    const key = apart ? user : String(classOf.get(user) ?? user);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [user]);
    else group.push(user);
  }
  return [...groups.values()];
}

function ofBackupHost(ground: Terrain, classes: readonly SegmentClass[]): readonly FlowLine[] {
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
    const fromSegments = classes.flatMap(({ segments }) =>
      [null, ssh].map((at) =>
        line(ground, "any-backup", segmentEnd(ground, segments, family), host, family, at),
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
