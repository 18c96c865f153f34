/** Which source is begun next, and which gives way to those that wait. Pure. */
import type { Source } from "../../../model/hospital.ts";
import { formatDuration } from "../../../schedule/format.ts";

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

/**
 * The most valuable one that may begin and is expected to end in time. Where none is, the most valuable of the others:
 * nothing better could use the time, what it uploads is kept for the next night, and its estimate may be wrong. Null
 * when one has to be waited for, or none is left.
 */
export function chooseNext({ waiting, running, parallel, leftMs, expectedMs }: Situation): Source | null {
  if (running.length >= parallel) return null;
  const busy = new Set(running.map(({ host }) => host));
  const free = waiting.filter(({ host }) => !busy.has(host));
  return free.find((source) => (expectedMs(source) ?? 0) <= leftMs) ?? free[0] ?? null;
}

/** So long every source runs before its own speed is believed, milliseconds. */
export const believedAfterMs = 15_000;

/** What is only a little late may still make it, as long as nobody who waits is late by that. */
const clearly = 1.25;

/** Sources that could begin if a running one ended: those that may be expected to fit, or nothing is known of. */
export interface Others {
  readonly fit: number;
  /** One of them would soon fit no more. */
  readonly lastCall: boolean;
}

export interface Race extends Others {
  /** Milliseconds it runs already, and still needs at its speed so far (null: nothing is known). */
  readonly elapsedMs: number;
  readonly remainingMs: number | null;
  /** So long it is not doubted. */
  readonly ownMs: number;
  readonly leftMs: number;
}

/** Why it is given up now, for others that could still be saved; null when it goes on. */
export function giveUp({ elapsedMs, remainingMs, ownMs, leftMs, ...others }: Race): string | null {
  if (others.fit === 0 || remainingMs === null || elapsedMs < Math.max(believedAfterMs, ownMs)) return null;
  if (remainingMs <= leftMs * (others.lastCall ? 1 : clearly)) return null;
  const needs = formatDuration(remainingMs);
  return `at its speed it needs ${needs} more, ${formatDuration(Math.max(0, leftMs))} are left until backupStop, and others wait`;
}
