/**
 * The window's deadlines on the clocks that count. On the backup host they are kept on its boot clock, on each
 * edge on that edge's boot clock, fixed once; the wall clock decides nothing after that, except that a resumed
 * runner takes the smallest of all answers.
 */

import type { EdgeClock } from "../../model/edge-protocol.ts";
import { JedaError } from "../../model/errors.ts";
import type { Deadlines, WindowPlan } from "../../model/plan.ts";
import { deadlinesFrom, formatDuration } from "../../schedule/format.ts";
import { isoInZone } from "../../schedule/iso.ts";
import type { Clock } from "./clock.ts";

/** The vault shuts this long before the segments come back. */
export const vaultMarginMs = 5_000;

/** Verification is asked to stop this long before the vault shuts: shutting must not wait for it. */
export const verifyMarginMs = 5_000;

/** Where a plan declares no other: clocks that are further apart (beyond the time the question took) fail preflight. */
export const defaultClockBoundMs = 5_000;

/** @throws JedaError CONFIG for a start that is no instant, or longer than the site's maximum isolation. */
export function fixDeadlines(plan: WindowPlan, nowMs: number): Deadlines {
  const { start } = plan.schedule;
  const begin = start === "arm" ? nowMs : Date.parse(start);
  if (!Number.isFinite(begin)) {
    throw new JedaError("CONFIG", `the window's start "${start}" is not an ISO 8601 instant with offset`);
  }
  checkLengths(plan);
  return deadlinesFrom(begin, plan.schedule);
}

/** @throws JedaError CONFIG */
export function checkLengths(plan: WindowPlan): void {
  const { startCutoffMs, backupStopMs, reconnectByMs } = plan.schedule;
  if (reconnectByMs > plan.maxIsolationMs) {
    throw new JedaError(
      "CONFIG",
      `reconnectBy is ${reconnectByMs / 1000} s after the start, the site's maximum isolation is ${plan.maxIsolationMs / 1000} s`,
      { hint: "shorten the window, or raise the maximum isolation and apply it to the edges first" },
    );
  }
  if (!(startCutoffMs <= backupStopMs && backupStopMs < reconnectByMs)) {
    throw new JedaError("CONFIG", "the deadlines are not in order", {
      hint: "startCutoff comes first, then backupStop, then reconnectBy",
    });
  }
}

/** The deadlines on the backup host's boot clock, in milliseconds since its boot. */
export type BootDeadlines = Deadlines;

/** What a runner wrote as it began; `at` is ISO 8601, of the wall clock. The first journals did not tell `bootMs`. */
interface RunnerBegin {
  readonly bootId: string;
  readonly bootMs: number;
  readonly at: string;
}

/**
 * Fixes the deadlines on the boot clock. What an earlier runner of the same boot had fixed counts too, and
 * where the wall clock has jumped in between, the earlier of the two answers is taken.
 */
export function bootDeadlines(
  { deadlines, runners }: { readonly deadlines: Deadlines; readonly runners: readonly RunnerBegin[] },
  clock: Clock,
): BootDeadlines {
  const byWall = clock.bootMs() - clock.wallMs();
  // The first journals did not tell a runner's boot clock.
  const earlier = runners.find((one) => one.bootId === clock.bootId && Number.isFinite(one.bootMs));
  const byBoot = earlier === undefined ? byWall : earlier.bootMs - Date.parse(earlier.at);
  const on = (wall: number): number => wall + Math.min(byWall, byBoot);
  return {
    start: on(deadlines.start),
    startCutoff: on(deadlines.startCutoff),
    backupStop: on(deadlines.backupStop),
    reconnectBy: on(deadlines.reconnectBy),
  };
}

/**
 * `reconnectBy` on an edge's boot clock. The clock was read somewhere between question and answer; taking the
 * answer's moment makes the deadline early by at most the time the question took, and never late.
 */
export function onEdge(clock: EdgeClock, answeredBootMs: number, deadlines: BootDeadlines): number {
  return Math.floor(clock.bootMs + (deadlines.reconnectBy - answeredBootMs));
}

/** What the two wall clocks said, epoch milliseconds, and how long asking took. */
export interface WallClocks {
  readonly edge: string;
  readonly edgeMs: number;
  readonly ownMs: number;
  readonly roundTripMs: number;
}

/** @throws JedaError REFUSED when the edge's wall clock is too far from ours to trust either. */
export function checkWallClock(plan: WindowPlan, { edge, edgeMs, ownMs, roundTripMs }: WallClocks): void {
  const boundMs = plan.maxClockDifferenceMs ?? defaultClockBoundMs;
  const off = Math.round(edgeMs - ownMs);
  if (Math.abs(off) <= boundMs + roundTripMs) return;
  const at = (ms: number): string => isoInZone(ms, plan.zone);
  throw new JedaError(
    "REFUSED",
    `the wall clocks differ by ${formatDuration(Math.abs(off))}: the edge ${edge} has ${at(edgeMs)}, the backup host ${at(ownMs)}`,
    {
      hint: `set both (chronyc makestep); at most ${formatDuration(boundMs)} are allowed (window.maxClockDifference)`,
    },
  );
}

/**
 * The wall clock of a window, epoch milliseconds: as it was when the first runner of this boot began, carried on by
 * the boot clock. What the wall clock does in between changes no moment in the journal, so none seems late.
 */
export function evenWallMs({ runners }: { readonly runners: readonly RunnerBegin[] }, clock: Clock): number {
  const first = runners.find((runner) => runner.bootId === clock.bootId);
  const even = first === undefined ? Number.NaN : Date.parse(first.at) + clock.bootMs() - first.bootMs;
  // An earlier version's journal does not tell the boot clock.
  return Number.isFinite(even) ? even : clock.wallMs();
}
