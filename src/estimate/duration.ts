/** How long saving a source will take: by past windows before it is begun, by its own progress once it runs. Pure. */

import type { Source } from "../model/hospital.ts";

/** What one earlier window learned of one source. */
export interface PastRun {
  readonly source: string;
  /** False where the window wanted it and has not saved it: it takes longer than `durationMs`, zero of a skip. */
  readonly saved: boolean;
  /** Of content saved: of a database its dump. */
  readonly bytes: number;
  /** What the source listed before: of a database data and indexes. Null where an older version did not keep it. */
  readonly surveyedBytes: number | null;
  readonly durationMs: number;
  /** ISO 8601; the newest runs count. */
  readonly at: string;
}

/** So many of the newest runs are looked at: the middle one of them is neither the lucky nor the unlucky night. */
const looked = 5;

interface Past {
  /** The newest that were saved, the newest first. */
  readonly whole: readonly PastRun[];
  /** Windows in a row since then that did not save it, the oldest first. */
  readonly missed: readonly PastRun[];
}

function pastOf(past: readonly PastRun[], source: string): Past {
  const own = past
    .filter((run) => run.source === source)
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const newest = own.findIndex(({ saved }) => saved);
  return {
    whole: own.filter(({ saved, durationMs }) => saved && durationMs > 0).slice(0, looked),
    missed: own.slice(0, newest < 0 ? own.length : newest).toReversed(),
  };
}

/**
 * Milliseconds; null without a past, and when it is the source's turn. Each window that has missed the source since
 * halves it: what was slow once may be slow no more, and only a try can tell. One that tried it for longer than was
 * expected makes it twice as much as it was tried for, and twice that with each further time: what really does not fit
 * is tried first ever more seldom.
 * @param bytes what the source lists now, where it is known
 */
export function expectedMs(past: readonly PastRun[], source: string, bytes: number | null): number | null {
  const { missed } = pastOf(past, source);
  const usual = usualMs(past, source, bytes);
  if (hasTurn(missed.length)) return null;
  let outlasted = 0;
  const expected = missed.reduce((before, { durationMs }, misses) => {
    const inVain = durationMs >= Math.max(1, hasTurn(misses) ? 0 : before);
    return Math.max(before / 2, inVain ? durationMs * 2 ** ++outlasted : 0);
  }, usual ?? 0);
  return expected > 0 ? expected : null;
}

/**
 * So long a source is not asked to give way for its own speed, which may be far from even: what is new is read, what is
 * not is passed over. That is what it usually takes, if so much is left. Where 4, 8, 16 … windows in a row have missed
 * it, it has the whole night: no reckoning is worth more than a try.
 */
export function ownTimeMs(
  past: readonly PastRun[],
  source: string,
  { bytes, leftMs }: { readonly bytes: number; readonly leftMs: number },
): number {
  const { missed } = pastOf(past, source);
  if (hasTurn(missed.length)) return Infinity;
  const usual = usualMs(past, source, bytes);
  if (usual === null || usual > leftMs) return 0;
  return missed.some(({ durationMs }) => durationMs >= usual) ? 0 : usual;
}

function hasTurn(misses: number): boolean {
  return misses >= 4 && Number.isInteger(Math.log2(misses));
}

/** By windows that saved it. */
export function usualMs(
  past: readonly PastRun[],
  source: string,
  bytes: number | null = null,
): number | null {
  const { whole } = pastOf(past, source);
  const middle = middleOf(whole.map(({ durationMs }) => durationMs));
  return middle === null ? null : middle + (bytes === null ? 0 : growthMs(whole, bytes));
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
  const ratios = pastOf(past, name).whole.flatMap(({ bytes, surveyedBytes }) =>
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
