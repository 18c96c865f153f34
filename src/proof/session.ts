/** A session between two named ends, followed through the phases of a window: one line of the flow table. */
import type { Need, Service, Source } from "../model/hospital.ts";
import {
  type Family,
  type FlowKind,
  type FlowLine,
  type Phase,
  type Place,
  type Port,
  phases,
  type Verdict,
} from "./proof-types.ts";
import { ofEach, rule } from "./rules.ts";
import { familiesOf, type Terrain } from "./topology.ts";
import { judgeSession } from "./verdict.ts";

/** Stands for every port that no rule names. */
export const anyPort: Port = { protocol: "tcp", port: 443 };
export const families: readonly Family[] = ["ipv4", "ipv6"];

/** A host of the segment; in a family the segment doesn't declare, any address on its wire is undeclared. */
export function hostIn(ground: Terrain, segment: string, family: Family): Place {
  const cidrs = ground.segments.get(segment)?.cidrs ?? [];
  return familiesOf(cidrs).includes(family) ? { kind: "segment", segment } : { kind: "undeclared", segment };
}

export interface End {
  /** Whom the place stands for. */
  readonly labels: readonly string[];
  readonly place: Place;
}

/** @param alike segments that are treated as the first of them is */
export function segmentEnd(ground: Terrain, alike: readonly string[], family: Family): End {
  return { labels: alike, place: hostIn(ground, alike[0] ?? "", family) };
}

export function uplinkEnd(uplink: string): End {
  return { labels: [uplink], place: { kind: "uplink", uplink } };
}

/** The label of a host that gave itself an address which no segment declares. */
export function strangerIn(segment: string): string {
  return `stranger in ${segment}`;
}

export function line(
  ground: Terrain,
  kind: FlowKind,
  opener: End,
  server: End,
  family: Family,
  at: Port | null,
  except: FlowLine["except"] = [],
): FlowLine {
  const verdict = (phase: Phase): Verdict => {
    if (sameWire(opener.place, server.place)) return { flow: "open", rule: rule.sameWire };
    const session = { opener: opener.place, server: server.place, family, at: at ?? anyPort };
    const judged = judgeSession(ground, phase, session);
    return opener.labels.length > 1 ? { ...judged, rule: ofEach(judged.rule) } : judged;
  };
  const [before, isolated, vaultOpen, after] = phases.map(verdict) as [Verdict, Verdict, Verdict, Verdict];
  return {
    kind,
    from: opener.labels,
    to: server.labels,
    except,
    family,
    at,
    phases: { before, isolated, "vault-open": vaultOpen, after },
  };
}

function sameWire(a: Place, b: Place): boolean {
  return "segment" in a && "segment" in b && a.segment !== null && a.segment === b.segment;
}

export function servicePort(service: Service): Port {
  const { target } = service.probe;
  if (target.kind === "tcp") return { protocol: "tcp", port: target.port };
  const url = new URL(target.url);
  const standard = url.protocol === "https:" ? 443 : 80;
  return { protocol: "tcp", port: url.port === "" ? standard : Number(url.port) };
}

export function sourcePort(source: Source): Port {
  return { protocol: "tcp", port: source.kind === "smb" ? 445 : source.port };
}

export function needLabel(need: Need): string {
  if (need.kind === "service") return need.service;
  return need.kind === "segment" ? need.segment : need.uplink;
}
