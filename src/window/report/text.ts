/** The report for a terminal: what a person wants to know at three in the morning, the worst first. Pure. */
import type { ContentProof } from "../../model/driver.ts";
import type { Report, ReportSoFar, SegmentReport } from "../../model/report.ts";
import { bytesText, durationText, timeOfDay } from "./quantities.ts";
import { table } from "./table.ts";

type AnyReport = Report | ReportSoFar;

/** Ends without a newline. */
export function reportText(report: AnyReport): string {
  return [
    head(report),
    ...(report.reasons.length > 0 ? [list("Why it is not ok", report.reasons)] : []),
    table(["SEGMENT", "ISOLATED", "BACK", "PROVED CUT", "PROVED BACK"], report.segments.map(segmentRow)),
    ...kept(report),
    table(
      ["SOURCE", "KIND", "SNAPSHOT", "SAVED", "ITEMS", "TOOK", "VERIFIED", "COMPARED"],
      report.sources.map(sourceRow),
    ),
    ...report.sources
      .filter(({ findings }) => findings.length > 0)
      .map(({ name, findings }) => list(name, findings)),
    ...report.sources
      .filter(({ incomplete }) => incomplete.length > 0)
      .map(({ name, incomplete }) => list(`Not saved of ${name}`, incomplete)),
    table(
      ["SERVICE", "PROBES", "FAILED", "UNKNOWN"],
      report.services.map(({ name, probes, failures, unknown }) => [
        name,
        `${probes}`,
        `${failures}`,
        `${unknown}`,
      ]),
    ),
    ...records(report),
    deadlines(report),
    vault(report),
    ...closed(report),
    ...(report.siteRules.length > 0 ? [list("The site's own rules", report.siteRules)] : []),
    ...(report.notes.length > 0 ? [list("Noted on the way", report.notes)] : []),
    ...(report.leftOut.length > 0 ? [list("Left out by declaration", report.leftOut)] : []),
    ...(report.hazards.length > 0 ? [list("Hazards", report.hazards)] : []),
    ...(report.promotionOverride === null ? [] : [`Promotion overridden: ${report.promotionOverride}`]),
  ].join("\n\n");
}

function head(report: AnyReport): string {
  const { hospital, id, startedAt, runbook, zone } = report;
  const hash = `runbook ${runbook.name} ${runbook.hash.slice(0, 12)}`;
  if (report.result === null) {
    const began = `${startedAt.slice(0, 10)}, ${timeOfDay(startedAt)}, ${zone}; ${hash}`;
    return `${hospital}: the window ${id} has not ended\nso far: ${report.soFar}\n${began}`;
  }
  const { result, endedAt } = report;
  const took = durationText(Date.parse(endedAt) - Date.parse(startedAt));
  const day = startedAt.slice(0, 10);
  return [
    `${hospital}: the window ${id} ended ${result.toUpperCase()}`,
    `${day}, ${timeOfDay(startedAt)} to ${timeOfDay(endedAt)} (${took}), ${zone}; ${hash}`,
  ].join("\n");
}

function segmentRow(segment: SegmentReport): readonly string[] {
  const { name, isolatedAt, reconnectedAt, provedIsolated, provedConnected, closedBefore } = segment;
  const back = provedConnected === null && closedBefore.length > 0 ? "closed before" : proof(provedConnected);
  return [name, moment(isolatedAt), moment(reconnectedAt), proof(provedIsolated), back];
}

function kept({ kept }: AnyReport): readonly string[] {
  if (kept.length === 0) return [];
  const names = kept.map(({ name, provedConnected, closedBefore }) => {
    if (provedConnected === null)
      return `${name} (${closedBefore.length > 0 ? "closed before" : "not asked"})`;
    return provedConnected ? name : `${name} (NOT PROVED)`;
  });
  return [`Never cut: ${names.join(", ")}`];
}

function closed({ segments, kept }: AnyReport): readonly string[] {
  const flows = [...segments, ...kept].flatMap(({ name, closedBefore }) =>
    closedBefore.map((flow) => `${name}: ${flow}`),
  );
  return flows.length === 0 ? [] : [list("Closed before the window", flows)];
}

function sourceRow(source: AnyReport["sources"][number]): readonly string[] {
  const { name, kind, snapshot, bytes, items, durationMs, verified, proof: compared } = source;
  const id = snapshot === null ? (verified === null ? "–" : "none") : snapshot.slice(0, 8);
  return [name, kind, id, bytesText(bytes), `${items}`, durationText(durationMs), proof(verified)].concat(
    comparedText(compared),
  );
}

/** How much of it was held against what was there, value by value; never rounded up to all of it. */
function comparedText(compared: ContentProof | null): string {
  if (compared === null) return "–";
  if (compared.kind === "none") return "no";
  return compared.fraction === 1 ? "all" : `${Math.floor(compared.fraction * 1000) / 10} %`;
}

function records({ records: counted }: AnyReport): readonly string[] {
  if (counted === null) return [];
  const { sent, acknowledged, stored, lost } = counted;
  return [`Records entered: ${sent} sent, ${acknowledged} acknowledged, ${stored} stored, ${lost} lost`];
}

function deadlines({
  result,
  deadlines: { start, startCutoff, backupStop, reconnectBy, planned, extensions, reconnectedAt, kept },
}: AnyReport): string {
  const open = result === null;
  const later = extensions.length > 0;
  const before = (name: string, at: string): readonly (readonly string[])[] =>
    later ? [[name, timeOfDay(at), "planned, put off"]] : [];
  const rows = table(
    ["DEADLINE", "AT", "KEPT BY"],
    [
      ["start", timeOfDay(start), ""],
      ["startCutoff", timeOfDay(startCutoff), keptText(kept.startCutoffMs, open)],
      ...before("backupStop", planned.backupStop),
      ["backupStop", timeOfDay(backupStop), keptText(kept.backupStopMs, open)],
      ...before("reconnectBy", planned.reconnectBy),
      ["reconnectBy", timeOfDay(reconnectBy), keptText(kept.reconnectByMs, open)],
      ["reconnected", moment(reconnectedAt), ""],
    ],
  );
  if (!later) return rows;
  const lines = extensions.map(
    ({ at, by, reason, addMs }) => `${timeOfDay(at)} ${durationText(addMs)} by ${by}: ${reason}`,
  );
  return `${rows}\n${list("Extended", lines)}`;
}

function vault({ result, vault: { openedAt, shutAt, provedShut } }: AnyReport): string {
  if (openedAt === null) return `Vault: it was not opened${result === null ? " so far" : ""}`;
  return `Vault: open ${moment(openedAt)}, shut ${moment(shutAt)}, proved shut: ${proof(provedShut)}`;
}

function keptText(ms: number | null, open: boolean): string {
  if (ms === null) return open ? "to come" : "not reached";
  return ms < 0 ? `MISSED by ${durationText(-ms)}` : durationText(ms);
}

function moment(iso: string | null): string {
  return iso === null ? "–" : timeOfDay(iso);
}

function proof(proved: boolean | null): string {
  return proved === null ? "–" : proved ? "yes" : "NO";
}

function list(title: string, lines: readonly string[]): string {
  return [`${title}:`, ...lines.map((line) => `  - ${line}`)].join("\n");
}
