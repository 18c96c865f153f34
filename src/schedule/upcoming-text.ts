/** A recurring window in words: its rule, and what comes next with why one is left out. Pure. */
import { Temporal } from "temporal-polyfill";
import type { MonthDay, Recurrence } from "../model/recurrence.ts";
import { nextOccurrences, type Occurrence, type RecurringSchedule } from "./occurrences.ts";
import { weekdayNames } from "./window-id.ts";

/** "every sunday and wednesday at 01:00", "every month on the last day and the first sunday at 01:00" */
export function ruleText({ days, at }: Recurrence): string {
  if (days.kind === "daily") return `every day at ${at}`;
  if (days.kind === "weekly")
    return `every ${joined(days.on.map((day) => weekdayNames[day - 1] ?? ""))} at ${at}`;
  return `every month on ${joined(days.on.map(monthDayText))} at ${at}`;
}

const ordinals = { 1: "first", 2: "second", 3: "third", 4: "fourth", last: "last" } as const;

function monthDayText(day: MonthDay): string {
  if (day === "last") return "the last day";
  return typeof day === "number"
    ? `day ${day}`
    : `the ${ordinals[day.which]} ${weekdayNames[day.weekday - 1]}`;
}

function joined(words: readonly string[]): string {
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** The next `count`, one a line: "2026-11-29 sunday 01:00–04:00 +07:00", and after it why it is not run. */
export function comingText(
  schedule: RecurringSchedule,
  zone: string,
  afterMs: number,
  count: number,
): string {
  const lines = nextOccurrences(schedule, zone, afterMs, count).map((one) => `  ${comingLine(one, zone)}`);
  const none = lines.length === 0 ? ["  none within five years"] : [];
  return [`${ruleText(schedule.recurrence)}, ${zone}; next:`, ...lines, ...none].join("\n");
}

export function comingLine({ start, reconnectByMs, notRun, clockChange }: Occurrence, zone: string): string {
  const begin = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO(zone);
  const end = begin.add({ milliseconds: reconnectByMs });
  const clock = (moment: Temporal.ZonedDateTime) => moment.toPlainTime().toString({ smallestUnit: "minute" });
  const until = end.toPlainDate().equals(begin.toPlainDate())
    ? clock(end)
    : `${end.toPlainDate()} ${clock(end)}`;
  const offset = begin.offset === end.offset ? begin.offset : `${begin.offset}, then ${end.offset}`;
  const day = weekdayNames[begin.dayOfWeek - 1];
  const notes = [notRun === null ? null : `not run: ${notRun}`, clockChange].filter((note) => note !== null);
  return [`${begin.toPlainDate()} ${day} ${clock(begin)}–${until} ${offset}`, ...notes].join("; ");
}
