/** The flows that a hospital declares, as sessions past an edge's own tables. Pure. */
import type { BackupHost, Segment, Service, Source, Uplink } from "../model/hospital.ts";
import { type Family, parsePrefix } from "../network/cidr.ts";
import { literalHost } from "../network/host-address.ts";
import { everyAddress, everyPort, type Intervals, ofPrefixes, split } from "./intervals.ts";
import type { Session } from "./session.ts";

/** What of a hospital, or of the plan of a window, says which flows it declares. */
export interface Described {
  readonly segments: readonly Pick<Segment, "name" | "role" | "interfaces" | "cidrs">[];
  /** Of one edge. */
  readonly uplinks: readonly Uplink[];
  readonly backupHost: Pick<BackupHost, "name" | "addresses" | "controlFrom">;
  readonly sources: readonly Source[];
  readonly services: readonly Service[];
}

export interface DeclaredFlow {
  readonly kind:
    | "segment-uplink"
    | "segment-segment"
    | "user-service"
    | "service-need"
    | "backup-source"
    | "control";
  readonly from: string;
  readonly to: string;
  /** "tcp 203.0.113.10:80" as a window tries it, "tcp/445"; empty for every port. */
  readonly what: string;
  /** To something beyond an uplink. */
  readonly beyond?: true;
  readonly session: Session;
}

type Part = Described["segments"][number];
const families: readonly Family[] = [4, 6];
const ssh = 22;

export function declaredFlows(described: Described): readonly DeclaredFlow[] {
  const ordinary = described.segments.filter(({ role }) => role !== "vault");
  return [
    ...ordinary.flatMap((segment) => toUplinks(described, segment, "segment-uplink", segment.name)),
    ...described.services.flatMap((service) => ofService(described, service)),
    ...toSources(described),
    ...control(described),
  ];
}

/** From each segment to each other one, on every port: many, where there are many segments. */
export function flowsBetween({ segments }: Described): readonly DeclaredFlow[] {
  const ordinary = segments.filter(({ role }) => role !== "vault");
  return ordinary.flatMap((from) =>
    ordinary
      .filter((to) => to.name !== from.name)
      .flatMap((to) =>
        between(
          "segment-segment",
          { label: from.name, segment: from },
          { label: to.name, segment: to },
          null,
        ),
      ),
  );
}

export function toUplinks(
  described: Described,
  segment: Part,
  kind: DeclaredFlow["kind"],
  label: string,
  only?: string,
): readonly DeclaredFlow[] {
  const uplinks = described.uplinks.filter(({ name }) => only === undefined || name === only);
  return uplinks.flatMap((uplink) =>
    families.flatMap((family) => {
      const source = ofPrefixes(segment.cidrs, family);
      if (source.length === 0) return [];
      const own = ofPrefixes(
        described.segments.flatMap(({ cidrs }) => cidrs),
        family,
      );
      const outside = split(everyAddress(family), own).outside;
      const flowTo = (what: string, destination: Intervals, ports: Intervals): DeclaredFlow => ({
        ...{ kind, from: label, to: uplink.name, what, beyond: true },
        session: {
          ...{
            family,
            way: "forward",
            from: segment.interfaces,
            to: [uplink.interface],
            source,
            destination,
          },
          ...{ protocol: "tcp", ports, routed: true },
        },
      });
      const tried = uplink.targets.flatMap((target): DeclaredFlow[] => {
        const host = literalHost(target);
        if (host !== null && parsePrefix(host).family !== family) return [];
        const port = Number(/:(\d+)$/.exec(target)?.[1] ?? 443);
        return [flowTo(`tcp ${target}`, host === null ? outside : ofPrefixes([host], family), single(port))];
      });
      // Of a family without a target the window tries nothing: all of it is judged, or it would count as open on faith.
      return tried.length > 0 ? tried : [flowTo("", outside, everyPort)];
    }),
  );
}

function ofService(described: Described, service: Service): readonly DeclaredFlow[] {
  const named = (name: string) => described.segments.find((segment) => segment.name === name);
  const here = named(service.at);
  if (here === undefined) return [];
  const to = (one: Service, segment: Part) => ({ label: one.name, segment, host: hostOfProbe(one) });
  const users = service.users.flatMap((user) => {
    const segment = named(user);
    if (segment === undefined) return [];
    return between("user-service", { label: user, segment }, to(service, here), portOfProbe(service));
  });
  const from = { label: service.name, segment: here };
  const needs = service.needs.flatMap((need): readonly DeclaredFlow[] => {
    if (need.kind === "uplink") return toUplinks(described, here, "service-need", service.name, need.uplink);
    if (need.kind === "segment") {
      const segment = named(need.segment);
      return segment === undefined
        ? []
        : between("service-need", from, { label: segment.name, segment }, null);
    }
    const other = described.services.find(({ name }) => name === need.service);
    const segment = named(other?.at ?? "");
    if (other === undefined || segment === undefined) return [];
    return between("service-need", from, to(other, segment), portOfProbe(other));
  });
  return [...users, ...needs];
}

function toSources({ segments, backupHost, sources }: Described): readonly DeclaredFlow[] {
  const vault = vaultOf(segments);
  return sources.flatMap((source) => {
    const segment = segments.find(({ name }) => name === source.segment);
    if (segment === undefined) return [];
    const from = { label: backupHost.name, segment: { ...vault, cidrs: backupHost.addresses } };
    const host = literalHost(source.host);
    const port = source.kind === "smb" ? 445 : source.port;
    return between("backup-source", from, { label: source.name, segment, host }, port);
  });
}

/** The control path: management to the backup host, and from there to the edge itself. */
function control({ segments, backupHost }: Described): readonly DeclaredFlow[] {
  const host = { label: backupHost.name, segment: { ...vaultOf(segments), cidrs: backupHost.addresses } };
  const inward = backupHost.controlFrom.flatMap((address) => {
    const segment = segments.find(({ role, cidrs }) => role === "management" && holds(cidrs, address));
    if (segment === undefined) return [];
    return between("control", { label: address, segment: { ...segment, cidrs: [address] } }, host, ssh);
  });
  const outward = families.flatMap((family): DeclaredFlow[] => {
    const source = ofPrefixes(backupHost.addresses, family);
    if (source.length === 0) return [];
    const session: Session = {
      ...{
        family,
        way: "input",
        from: host.segment.interfaces,
        to: [],
        source,
        destination: null,
        protocol: "tcp",
      },
      ...{ ports: single(ssh), routed: true },
    };
    return [{ kind: "control", from: host.label, to: "the edge", what: "tcp/22", session }];
  });
  return [...inward, ...outward];
}

interface End {
  readonly label: string;
  readonly segment: Pick<Segment, "interfaces" | "cidrs">;
  readonly host?: string | null;
}

function between(
  kind: DeclaredFlow["kind"],
  from: End,
  to: End,
  port: number | null,
): readonly DeclaredFlow[] {
  if (from.segment.interfaces.some((name) => to.segment.interfaces.includes(name))) return [];
  return families.flatMap((family): DeclaredFlow[] => {
    const source = ofPrefixes(from.segment.cidrs, family);
    const host = to.host ?? null;
    const destination = ofPrefixes(host === null ? to.segment.cidrs : [host], family);
    if (source.length === 0 || destination.length === 0) return [];
    const session: Session = {
      ...{
        family,
        way: "forward",
        from: from.segment.interfaces,
        to: to.segment.interfaces,
        source,
        destination,
      },
      ...{ protocol: "tcp", ports: port === null ? everyPort : single(port), routed: true },
    };
    return [{ kind, from: from.label, to: to.label, what: port === null ? "" : `tcp/${port}`, session }];
  });
}

const single = (port: number): Intervals => [[BigInt(port), BigInt(port)]];

function vaultOf(segments: Described["segments"]): Pick<Segment, "interfaces" | "cidrs"> {
  const vaults = segments.filter(({ role }) => role === "vault");
  return { interfaces: vaults.flatMap(({ interfaces }) => interfaces), cidrs: [] };
}

function holds(cidrs: readonly string[], address: string): boolean {
  const { family } = parsePrefix(address);
  const { outside } = split(ofPrefixes([address], family), ofPrefixes(cidrs, family));
  return outside.length === 0;
}

function hostOfProbe({ probe: { target } }: Service): string | null {
  return literalHost(target.kind === "tcp" ? target.host : target.url);
}

function portOfProbe({ probe: { target } }: Service): number {
  if (target.kind === "tcp") return target.port;
  const { port, protocol } = new URL(target.url);
  return port === "" ? (protocol === "https:" ? 443 : 80) : Number(port);
}
