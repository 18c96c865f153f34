/** The time arithmetic of a window. Pure; moments are epoch milliseconds, lengths are milliseconds. */
import { Temporal } from "temporal-polyfill";
import type { Deadlines, WindowPlan } from "../model/plan.ts";

/**
 * The four moments of a window.
 * @param armedAt when the runner accepted the plan; the start of a window whose start is "arm"
 * @throws RangeError when `schedule.start` is neither "arm" nor an instant with an offset
 */
export function deadlinesOf(schedule: WindowPlan["schedule"], armedAt: number): Deadlines {
  const start = schedule.start === "arm" ? armedAt : Temporal.Instant.from(schedule.start).epochMilliseconds;
  return deadlinesFrom(start, schedule);
}

/** The deadlines that follow from the moment of the start. */
export function deadlinesFrom(start: number, schedule: Omit<WindowPlan["schedule"], "start">): Deadlines {
  return {
    start,
    startCutoff: start + schedule.startCutoffMs,
    backupStop: start + schedule.backupStopMs,
    reconnectBy: start + schedule.reconnectByMs,
  };
}

/** `2017-05-15T00:00:00+07:00`; milliseconds are written only when there are some. */
export function formatInstant(epochMs: number, zone: string): string {
  const instant = Temporal.Instant.fromEpochMilliseconds(Math.round(epochMs));
  return instant.toZonedDateTimeISO(zone).toString({ timeZoneName: "never" });
}

/** `00:15:00` in the zone, for lines that already say the date. */
export function formatClock(epochMs: number, zone: string): string {
  const instant = Temporal.Instant.fromEpochMilliseconds(Math.round(epochMs));
  return instant.toZonedDateTimeISO(zone).toPlainTime().toString({ smallestUnit: "second" });
}

/** `2h 40m`, `1m 30s`, `45s`, `250ms`, `-3s`: whole seconds from one second on. */
export function formatDuration(durationMs: number): string {
  const sign = durationMs < 0 ? "-" : "";
  const ms = Math.round(Math.abs(durationMs));
  if (ms < 1000) return ms === 0 ? "0s" : `${sign}${ms}ms`;
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 86_400), "d"],
    [Math.floor(seconds / 3600) % 24, "h"],
    [Math.floor(seconds / 60) % 60, "m"],
    [seconds % 60, "s"],
  ] as const;
  const written = parts.filter(([amount]) => amount > 0).map(([amount, unit]) => `${amount}${unit}`);
  return sign + written.join(" ");
}
