/** Status → report. Pure: rebuilt from the journal alone, it says the same as on the night. */
import { allLeftOut } from "../../model/left-out.ts";
import type { Report, ReportSoFar, SegmentReport, ServiceReport, SourceReport } from "../../model/report.ts";
import { isoInZone } from "../../schedule/iso.ts";
import type { EdgeStatus, WindowStatus } from "../journal/status.ts";
import { closedBefore, provedConnected, provedIsolated } from "../verdict/isolation-proof.ts";
import { anomaliesOf, decide } from "../verdict/verdict.ts";
import { soFar } from "./so-far.ts";

/** Of a window that has ended. */
export function buildReport(status: WindowStatus): Report {
  return { ...facts(status), ...decide(status), endedAt: status.endedAt ?? status.at };
}

/** For whoever asks meanwhile. What a verdict would say of what is still to come, it would say wrongly. */
export function reportSoFar(status: WindowStatus): ReportSoFar {
  const built = facts(status);
  const sources = built.sources.map((source) => {
    const verified = status.sources.find(({ name }) => name === source.name)?.verified ?? null;
    return { ...source, verified };
  });
  // A proof that is under way contradicts nothing: what does ends the window, with a reason.
  const segments = built.segments.map((segment) => {
    const early = segment.provedIsolated === false && status.causes.length === 0;
    return early ? { ...segment, provedIsolated: null } : segment;
  });
  return { ...built, segments, sources, result: null, reasons: [], endedAt: null, soFar: soFar(status) };
}

function facts(status: WindowStatus): Omit<Report, "result" | "reasons" | "endedAt"> {
  const { plan, deadlines, planned } = status;
  const iso = (ms: number): string => isoInZone(ms, plan.zone);
  const reconnectedAt = latest(status.edges, "releasedAt");
  const isolatedAt = latest(status.edges, "isolatedAt");
  return {
    version: 1,
    id: plan.id,
    hospital: plan.hospital,
    zone: plan.zone,
    runbook: { name: plan.runbook.name, hash: plan.runbook.hash },
    segments: plan.segments
      .filter(({ isolate }) => isolate)
      .map(
        ({ name }): SegmentReport => ({
          name,
          isolatedAt,
          reconnectedAt: isolatedAt === null ? null : reconnectedAt,
          provedIsolated: provedIsolated(status, name),
          provedConnected: provedConnected(status, name),
          closedBefore: closedBefore(status, name),
        }),
      ),
    kept: plan.segments
      .filter(({ isolate }) => !isolate)
      .map(({ name }) => ({
        name,
        provedConnected: provedConnected(status, name),
        closedBefore: closedBefore(status, name),
      })),
    sources: plan.sources.map(({ name, kind }) => sourceReport(status, name, kind)),
    services: plan.services.map(({ name }) => serviceReport(status, name)),
    records: status.records,
    deadlines: {
      start: iso(deadlines.start),
      startCutoff: iso(deadlines.startCutoff),
      backupStop: iso(deadlines.backupStop),
      reconnectBy: iso(deadlines.reconnectBy),
      planned: { backupStop: iso(planned.backupStop), reconnectBy: iso(planned.reconnectBy) },
      extensions: status.extensions,
      reconnectedAt,
      kept: {
        startCutoffMs: keptBy(deadlines.startCutoff, isolatedAt),
        backupStopMs: keptBy(deadlines.backupStop, status.backupEndedAt),
        reconnectByMs: keptBy(deadlines.reconnectBy, reconnectedAt),
      },
    },
    vault: {
      openedAt: latest(status.edges, "vaultOpenAt"),
      shutAt: latest(status.edges, "vaultOpenAt") === null ? null : (status.hold?.at ?? reconnectedAt),
      provedShut: status.vaultProvedShut,
    },
    anomalies: anomaliesOf(status),
    heldSince: status.hold?.at ?? null,
    leftOut: allLeftOut(plan.runbook, plan.sources),
    hazards: plan.hazards,
    siteRules: status.siteRules,
    notes: status.notes,
    promotionOverride: plan.promotionOverride ?? null,
    startedAt: status.startedAt,
  };
}

/** The moment at which the last edge had it; null while one has not. */
function latest(
  edges: readonly EdgeStatus[],
  what: "isolatedAt" | "releasedAt" | "vaultOpenAt",
): string | null {
  const moments = edges.map((edge) => edge[what]);
  if (moments.length === 0 || moments.includes(null)) return null;
  return moments.reduce((a, b) => (Date.parse(a ?? "") >= Date.parse(b ?? "") ? a : b)) ?? null;
}

function keptBy(deadline: number, at: string | null): number | null {
  return at === null ? null : deadline - Date.parse(at);
}

function sourceReport(status: WindowStatus, name: string, kind: string): SourceReport {
  const source = status.sources.find((one) => one.name === name);
  return {
    name,
    kind,
    snapshot: source?.snapshot ?? null,
    bytes: source?.bytes ?? 0,
    surveyedBytes: source?.surveyedBytes ?? null,
    items: source?.items ?? 0,
    durationMs: source?.durationMs ?? 0,
    verified: source?.verified === true,
    proof: source?.proof ?? null,
    findings: source?.findings ?? [],
    incomplete: source?.incomplete ?? [],
  };
}

function serviceReport(status: WindowStatus, name: string): ServiceReport {
  const probes = status.probes.filter((probe) => probe.service === name);
  const count = (outcome?: string): number =>
    probes
      .filter((probe) => outcome === undefined || probe.outcome === outcome)
      .reduce((sum, probe) => sum + probe.count, 0);
  return { name, probes: count(), failures: count("failed"), unknown: count("unknown") };
}
