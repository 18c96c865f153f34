/** Which source is begun next, which is left out, and which is given up for those that wait. Pure. */
import type { Source } from "../model/hospital.ts";
import { formatDuration } from "./schedule.ts";

export interface Choice {
  /** The most valuable one that may begin; null when one has to be waited for, or none is left. */
  readonly start: Source | null;
  /** What can't end before backupStop: time only gets less, so it is left out at once. */
  readonly skipped: readonly { readonly source: Source; readonly reason: string }[];
}

export interface Situation {
  /** In order of value. */
  readonly waiting: readonly Source[];
  readonly running: readonly Source[];
  readonly parallel: number;
  /** Milliseconds until backupStop. */
  readonly leftMs: number;
  /** Milliseconds; null where nothing is known: then it is tried. */
  readonly expectedMs: (source: Source) => number | null;
}

export function chooseNext({ waiting, running, parallel, leftMs, expectedMs }: Situation): Choice {
  const skipped = waiting.flatMap((source) => {
    const expected = expectedMs(source);
    return expected === null || expected <= leftMs ? [] : [{ source, reason: tooLong(expected, leftMs) }];
  });
  const left = waiting.filter((source) => !skipped.some((one) => one.source === source));
  const busy = new Set(running.map(({ host }) => host));
  const free = running.length < parallel ? left.find(({ host }) => !busy.has(host)) : undefined;
  return { start: free ?? null, skipped };
}

function tooLong(expected: number, leftMs: number): string {
  const left = leftMs <= 0 ? "no time is" : `${formatDuration(leftMs)} are`;
  return `by past windows it takes ${formatDuration(expected)}, and ${left} left until backupStop`;
}

/** So long a source runs before its own speed is believed, milliseconds. */
export const believedAfterMs = 15_000;

/** What is only a little late may still make it. */
const clearly = 1.25;

export interface Race {
  /** Milliseconds it runs already, and still needs at its speed so far (null: nothing is known). */
  readonly elapsedMs: number;
  readonly remainingMs: number | null;
  readonly leftMs: number;
  /** Of sources that could begin if this one ended: those that may be expected to fit, or nothing is known of. */
  readonly waiting: number;
}

/** Why it is given up now, for others that could still be saved; null when it goes on. */
export function giveUp({ elapsedMs, remainingMs, leftMs, waiting }: Race): string | null {
  if (waiting === 0 || remainingMs === null || elapsedMs < believedAfterMs) return null;
  if (remainingMs <= leftMs * clearly) return null;
  const needs = formatDuration(remainingMs);
  return `at its speed it needs ${needs} more, ${formatDuration(Math.max(0, leftMs))} are left until backupStop, and others wait`;
}
