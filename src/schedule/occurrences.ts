/**
 * When a recurring window comes, computed from its rule alone. Pure. Where clocks change, the rules are (and
 * docs/window.md promises them):
 * - A start that the clocks skip is the first moment after the gap; a day that the zone skips has no window.
 * - A start that comes twice is the first of the two.
 * - A deadline written as a time of day is that time or as long after the start as on any other night, whichever
 *   comes first: never later than the clock says, never longer than usual.
 * - A deadline written as a length is elapsed time, every night.
 * What does not leave its deadlines in order, or touches a blackout, is listed with the reason and not run.
 */
import { Temporal } from "temporal-polyfill";
import type { WindowPlan } from "../model/plan.ts";
import type { Blackout, Days, MonthDay, Recurrence } from "../model/recurrence.ts";
import { formatInstant } from "./format.ts";

export interface Occurrence {
  /** Epoch milliseconds. */
  readonly start: number;
  readonly startCutoffMs: number;
  readonly backupStopMs: number;
  readonly reconnectByMs: number;
  /** Why it is not run; null when it is. */
  readonly notRun: string | null;
  /** What the clocks do to it; null on an ordinary night. */
  readonly clockChange: string | null;
}

export type RecurringSchedule = WindowPlan["schedule"] & { readonly recurrence: Recurrence };

/** Days that are looked through: a rule whose days don't come within five years never comes. */
const furthestDays = 5 * 366;

const deadlines = ["startCutoff", "backupStop", "reconnectBy"] as const;

/** Those that start after `afterMs`, earliest first, for about five years. */
export function* occurrences(
  schedule: RecurringSchedule,
  zone: string,
  afterMs: number,
): Generator<Occurrence, void> {
  const { recurrence } = schedule;
  const at = Temporal.PlainTime.from(recurrence.at);
  const first = Temporal.Instant.fromEpochMilliseconds(afterMs).toZonedDateTimeISO(zone).toPlainDate();
  for (let day = -1; day <= furthestDays; day++) {
    const date = first.add({ days: day });
    if (!falls(recurrence.days, date)) continue;
    const occurrence = onDay(schedule, zone, date.toPlainDateTime(at));
    if (occurrence !== null && occurrence.start > afterMs) yield occurrence;
  }
}

/** The next `count` of them, those that are not run included. */
export function nextOccurrences(
  schedule: RecurringSchedule,
  zone: string,
  afterMs: number,
  count: number,
): readonly Occurrence[] {
  const found: Occurrence[] = [];
  for (const occurrence of occurrences(schedule, zone, afterMs)) {
    if (found.length >= count) break;
    found.push(occurrence);
  }
  return found;
}

export function blackoutOn(blackouts: readonly Blackout[], from: number, to: number): Blackout | undefined {
  return blackouts.find((blackout) => from < blackout.to && blackout.from < to);
}

function falls(days: Days, date: Temporal.PlainDate): boolean {
  if (days.kind === "daily") return true;
  if (days.kind === "weekly") return days.on.some((weekday) => weekday === date.dayOfWeek);
  return days.on.some((day) => fallsInMonth(day, date));
}

function fallsInMonth(day: MonthDay, date: Temporal.PlainDate): boolean {
  if (typeof day === "number") return day === date.day;
  const left = date.daysInMonth - date.day;
  if (day === "last") return left === 0;
  if (day.weekday !== date.dayOfWeek) return false;
  return day.which === "last" ? left < 7 : Math.ceil(date.day / 7) === day.which;
}

function onDay(schedule: RecurringSchedule, zone: string, local: Temporal.PlainDateTime): Occurrence | null {
  const { instant: start, change } = reading(local, zone);
  if (!start.toZonedDateTimeISO(zone).toPlainDate().equals(local.toPlainDate())) return null;
  const begin = start.epochMilliseconds;
  const [startCutoffMs = 0, backupStopMs = 0, reconnectByMs = 0] = deadlines.map((name) => {
    const usual = schedule[`${name}Ms`];
    const clock = schedule.recurrence.clocks[name];
    return clock === undefined ? usual : Math.min(usual, untilClock(clock, start, zone) - begin);
  });
  const shorter = reconnectByMs < schedule.reconnectByMs;
  const end = begin + reconnectByMs;
  const blackout = blackoutOn(schedule.blackouts ?? [], begin, end);
  const ordered = 0 < startCutoffMs && startCutoffMs < backupStopMs && backupStopMs < reconnectByMs;
  const notRun =
    blackout !== undefined
      ? `blackout ${blackout.text}`
      : ordered
        ? null
        : "clocks go forward that night and leave no time between its deadlines";
  const shortened = shorter ? `clocks go forward: back by ${formatInstant(end, zone)} all the same` : null;
  return {
    start: begin,
    startCutoffMs,
    backupStopMs,
    reconnectByMs,
    notRun,
    clockChange: change ?? shortened,
  };
}

/** The first moment that shows this local time, or the first after the gap in which it would lie. */
function reading(
  local: Temporal.PlainDateTime,
  zone: string,
): { readonly instant: Temporal.Instant; readonly change: string | null } {
  const earlier = local.toZonedDateTime(zone, { disambiguation: "earlier" });
  const later = local.toZonedDateTime(zone, { disambiguation: "later" });
  if (earlier.toInstant().equals(later.toInstant())) return { instant: earlier.toInstant(), change: null };
  const shown = local.toPlainTime().toString({ smallestUnit: "minute" });
  if (earlier.toPlainDateTime().equals(local)) {
    const change = `clocks go back and ${shown} comes twice: the first is meant`;
    return { instant: earlier.toInstant(), change };
  }
  const after = earlier.getTimeZoneTransition("next") ?? later;
  return { instant: after.toInstant(), change: `clocks go forward over ${shown}: it starts right after` };
}

/** The first moment at or after the start that shows this time of day; the end of the gap where none does. */
function untilClock(clock: string, start: Temporal.Instant, zone: string): number {
  const begin = start.toZonedDateTimeISO(zone);
  const time = Temporal.PlainTime.from(clock);
  const candidates = [0, 1, 2].flatMap((days) => {
    const local = begin.toPlainDate().add({ days }).toPlainDateTime(time);
    const first = reading(local, zone).instant;
    const second = local.toZonedDateTime(zone, { disambiguation: "later" });
    const twice = second.toPlainDateTime().equals(local) ? [second.epochMilliseconds] : [];
    return [first.epochMilliseconds, ...twice];
  });
  return Math.min(...candidates.filter((moment) => moment >= start.epochMilliseconds));
}
