/** The one line of JSON that following ends with: what `pulumi stack output` shows of a window. Pure. */
import type { Report } from "../model/report.ts";
import type { Seal } from "../promotion/statement.ts";

/** @param seal the backup host's signature, of a window that ended ok (`promotion/statement.ts`) */
export function essentials(
  report: Report,
  acknowledged: boolean,
  seal: Seal | null = null,
): Readonly<Record<string, unknown>> {
  const isolated = report.segments.filter((segment) => segment.isolatedAt !== null);
  return {
    hospital: report.hospital,
    id: report.id,
    result: report.result,
    runbookHash: report.runbook.hash,
    endedAt: report.endedAt,
    ...(seal === null ? {} : { seal }),
    ...(report.reasons.length > 0 ? { reasons: report.reasons } : {}),
    ...(acknowledged ? { acknowledged } : {}),
    isolated: isolated.map((segment) => segment.name),
    isolatedAt: isolated[0]?.isolatedAt ?? null,
    reconnectedAt: report.deadlines.reconnectedAt,
    reconnectBy: report.deadlines.reconnectBy,
    snapshots: Object.fromEntries(report.sources.map(({ name, snapshot }) => [name, snapshot])),
    verified: report.sources.every((source) => source.verified),
    // How long each took: the next proof tells by it what doesn't fit the window.
    saved: Object.fromEntries(
      report.sources
        .filter(({ snapshot }) => snapshot !== null)
        .map(({ name, bytes, durationMs, surveyedBytes }) => [name, { bytes, durationMs, surveyedBytes }]),
    ),
    records: report.records,
  };
}
