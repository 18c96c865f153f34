/**
 * The window's deadlines on the clocks that count. On the backup host they are kept on its boot clock, on each
 * edge on that edge's boot clock, fixed once; the wall clock decides nothing after that, except that a resumed
 * runner takes the smallest of all answers.
 */

import type { EdgeClock } from "../model/edge-protocol.ts";
import { JedaError } from "../model/errors.ts";
import type { Deadlines, WindowPlan } from "../model/plan.ts";
import type { Clock } from "./clock.ts";
import { deadlinesFrom } from "./schedule.ts";
import type { WindowStatus } from "./status.ts";

/** The vault shuts this long before the segments come back. */
export const vaultMarginMs = 5_000;

/** Verification is asked to stop this long before the vault shuts: shutting must not wait for it. */
export const verifyMarginMs = 5_000;

/** A clock that is further off than this (beyond the time the question took) fails preflight. */
export const clockBoundMs = 30_000;

/** @throws JedaError CONFIG for a start that is no instant, or longer than the site's maximum isolation. */
export function fixDeadlines(plan: WindowPlan, nowMs: number): Deadlines {
  const { start, startCutoffMs, backupStopMs, reconnectByMs } = plan.schedule;
  const begin = start === "arm" ? nowMs : Date.parse(start);
  if (!Number.isFinite(begin)) {
    throw new JedaError("CONFIG", `the window's start "${start}" is not an ISO 8601 instant with offset`);
  }
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
  return deadlinesFrom(begin, plan.schedule);
}

/** The deadlines on the backup host's boot clock, in milliseconds since its boot. */
export type BootDeadlines = Deadlines;

/**
 * Fixes the deadlines on the boot clock. What an earlier runner of the same boot had fixed counts too, and
 * where the wall clock has jumped in between, the earlier of the two answers is taken.
 */
export function bootDeadlines(status: WindowStatus, clock: Clock): BootDeadlines {
  const { deadlines, runners } = status;
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

/** @throws JedaError REFUSED when the edge's wall clock is too far from ours to trust either. */
export function checkWallClock(
  edge: string,
  clock: EdgeClock,
  answeredWallMs: number,
  roundTripMs: number,
): void {
  const off = Math.round(clock.wallMs - answeredWallMs);
  if (Math.abs(off) <= clockBoundMs + roundTripMs) return;
  throw new JedaError("REFUSED", `the clock of the edge ${edge} is ${off} ms away from the backup host's`, {
    hint: `set both clocks (chronyc makestep); at most ${clockBoundMs} ms are accepted`,
  });
}
