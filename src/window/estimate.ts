/** How long saving a source will take: by past windows before it is begun, by its own progress once it runs. Pure. */

import type { Source } from "../model/hospital.ts";
import { leavesOut } from "../model/runbook-order.ts";
import type { WindowStatus } from "./status.ts";

/** One source as an earlier window saved it, whole. */
export interface PastRun {
  readonly source: string;
  /** Of content saved: of a database its dump. */
  readonly bytes: number;
  /** What the source listed before: of a database data and indexes. Null where an older version did not keep it. */
  readonly surveyedBytes: number | null;
  readonly durationMs: number;
  /** ISO 8601; the newest runs count. */
  readonly at: string;
  /** Windows since then that skipped it without having tried. */
  readonly skips: number;
}

/** So many of the newest runs are looked at: the middle one of them is neither the lucky nor the unlucky night. */
const looked = 5;

/** What the journals of this host say, in any order. Pulumi's outputs have the last one (`proof/past.ts`). */
export function pastRuns(windows: readonly WindowStatus[], hospital: string): readonly PastRun[] {
  const own = windows.filter(({ plan }) => plan.hospital === hospital);
  const skipsAfter = (source: string, at: string): number =>
    own.filter((one) => {
      if (leavesOut(one.plan.runbook.without, source)) return false;
      const state = one.sources.find(({ name }) => name === source);
      return Date.parse(one.at) > Date.parse(at) && state?.state === "skipped" && state.startedAt === null;
    }).length;
  return own.flatMap(({ sources, at }) =>
    sources
      .filter(({ state, durationMs }) => state === "saved" && durationMs > 0)
      .map(({ name, bytes, surveyedBytes, durationMs }) => {
        return { source: name, bytes, surveyedBytes, durationMs, at, skips: skipsAfter(name, at) };
      }),
  );
}

function newestOf(past: readonly PastRun[], source: string): readonly PastRun[] {
  return past
    .filter((run) => run.source === source)
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .slice(0, looked);
}

/**
 * Milliseconds; null without a past. With each window that has skipped the source since, half as much is expected:
 * a skip measures nothing, and what was slow once may be slow no more.
 * @param bytes what the source lists now, where it is known
 */
export function expectedMs(past: readonly PastRun[], source: string, bytes: number | null): number | null {
  const runs = newestOf(past, source);
  const [newest] = runs;
  const middle = middleOf(runs.map(({ durationMs }) => durationMs));
  if (newest === undefined || middle === null) return null;
  return middle / 2 ** newest.skips + (bytes === null ? 0 : growthMs(runs, bytes));
}

/**
 * What came since takes as long as at the best speed seen. A speed is believed of a run that read at least a quarter
 * as much: the time of a small one is spent on other things. Where there is none, what is new is not held against it.
 */
function growthMs(runs: readonly PastRun[], bytes: number): number {
  const grown = bytes - Math.max(...runs.map(({ surveyedBytes }) => surveyedBytes ?? bytes));
  const speeds = runs.flatMap(({ surveyedBytes, durationMs }) => {
    return surveyedBytes === null || surveyedBytes < grown / 4 ? [] : [surveyedBytes / durationMs];
  });
  return grown <= 0 || speeds.length === 0 ? 0 : grown / Math.max(...speeds);
}

/**
 * How many bytes are saved where a source lists so many: a dump is several times smaller or larger than the data and
 * indexes that the server counts. Null where no past window tells, and the two are not the same by nature.
 */
export function toBeSaved(
  past: readonly PastRun[],
  { name, kind }: Pick<Source, "name" | "kind">,
  surveyed: number,
): number | null {
  if (kind === "smb") return surveyed;
  const ratios = newestOf(past, name).flatMap(({ bytes, surveyedBytes }) =>
    surveyedBytes === null || surveyedBytes <= 0 ? [] : [bytes / surveyedBytes],
  );
  const ratio = middleOf(ratios);
  return ratio === null ? null : surveyed * ratio;
}

/** Of two, the smaller: the hopeful one is tried, and then there is another measure. */
function middleOf(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) / 2)] ?? null;
}

export interface Progress {
  readonly bytes: number;
  /** In the same unit. */
  readonly totalBytes: number;
  readonly elapsedMs: number;
}

/** Milliseconds that are still needed at the speed so far; null while nothing can be said. */
export function remainingMs({ bytes, totalBytes, elapsedMs }: Progress): number | null {
  if (bytes <= 0 || elapsedMs <= 0) return null;
  return (Math.max(0, totalBytes - bytes) / bytes) * elapsedMs;
}
