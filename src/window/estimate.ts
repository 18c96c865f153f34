/** How long saving a source will take: by past windows before it is begun, by its own progress once it runs. Pure. */
import type { WindowStatus } from "./status.ts";

/** One source as an earlier window saved it, whole. */
export interface PastRun {
  readonly source: string;
  readonly bytes: number;
  readonly durationMs: number;
  /** ISO 8601; the newest runs count. */
  readonly at: string;
}

/** So many of the newest runs are looked at: the middle one of them is neither the lucky nor the unlucky night. */
const looked = 5;

/** What the journals of this host say, in any order. Pulumi's outputs have the last one (`proof/past.ts`). */
export function pastRuns(windows: readonly WindowStatus[], hospital: string): readonly PastRun[] {
  const own = windows.filter(({ plan }) => plan.hospital === hospital);
  return own.flatMap(({ sources, at }) =>
    sources
      .filter(({ state, durationMs }) => state === "saved" && durationMs > 0)
      .map(({ name, bytes, durationMs }) => ({ source: name, bytes, durationMs, at })),
  );
}

/**
 * Milliseconds; null without a past.
 * @param bytes what the source holds now, where it is known: a source that has grown takes longer in proportion,
 *   one that has shrunk is not taken to be faster
 */
export function expectedMs(past: readonly PastRun[], source: string, bytes: number | null): number | null {
  const newest = past
    .filter((run) => run.source === source)
    .toSorted((a, b) => Date.parse(b.at) - Date.parse(a.at))
    .slice(0, looked)
    .map((run) => run.durationMs * growth(run.bytes, bytes))
    .toSorted((a, b) => a - b);
  return newest[Math.floor(newest.length / 2)] ?? null;
}

function growth(before: number, now: number | null): number {
  return now === null || before <= 0 ? 1 : Math.max(1, now / before);
}

export interface Progress {
  readonly bytes: number;
  /** What the source listed before; a database's dump may be larger or smaller than that. */
  readonly totalBytes: number;
  readonly elapsedMs: number;
}

/** Milliseconds that are still needed at the speed so far; null while nothing can be said. */
export function remainingMs({ bytes, totalBytes, elapsedMs }: Progress): number | null {
  if (bytes <= 0 || elapsedMs <= 0) return null;
  return (Math.max(0, totalBytes - bytes) / bytes) * elapsedMs;
}
