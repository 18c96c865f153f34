/** The stable names of windows. Pure; letters, digits, "T", "+", "-" and "_" only, short enough for a file. */
import { createHash } from "node:crypto";
import { Temporal } from "temporal-polyfill";
import type { Hospital } from "../model/hospital.ts";
import type { WindowPlan } from "../model/plan.ts";
import type { MonthDay, Recurrence, Weekday } from "../model/recurrence.ts";
import type { Runbook } from "../model/runbook.ts";

/**
 * `2017-05-15T0000-asia-jakarta-1f2e3d4c-1`: start, zone, runbook, attempt. The same window always gets the
 * same id, so a second `pulumi up` finds it. A recurring one is named by its rule: `sun-0100-asia-jakarta-…`.
 */
export function windowId(hospital: Pick<Hospital, "window" | "zone">, runbook: Runbook): string {
  const { start, recurrence, attempt } = hospital.window;
  const when = recurrence === undefined ? startName(start, hospital.zone) : ruleName(recurrence);
  return [when, ...tail(hospital.zone, runbook.hash), attempt].join("-");
}

/** The id of a recurring window's occurrence: that of a single window with the same start. */
export function occurrenceId(plan: Pick<WindowPlan, "id" | "zone" | "runbook">, startMs: number): string {
  const start = Temporal.Instant.fromEpochMilliseconds(startMs).toString();
  const attempt = plan.id.split("-").at(-1);
  return [startName(start, plan.zone), ...tail(plan.zone, plan.runbook.hash), attempt].join("-");
}

function tail(zone: string, runbookHash: string): readonly string[] {
  const name = zone
    .toLowerCase()
    .replaceAll("/", "-")
    .replaceAll(/[^a-z0-9+_-]/g, "");
  return [name, runbookHash.slice(0, 8)];
}

function startName(start: string, zone: string): string {
  if (start === "arm") return "arm";
  const moment = Temporal.Instant.from(start).toZonedDateTimeISO(zone);
  const local = moment.toPlainDateTime();
  const precision = local.second === 0 ? "minute" : "second";
  // Where clocks go back a local time comes twice; the offset tells the two windows apart.
  const twice = ["earlier", "later"].some((disambiguation) => {
    const reading = local.toZonedDateTime(zone, { disambiguation: disambiguation as "earlier" | "later" });
    return reading.epochMilliseconds !== moment.epochMilliseconds;
  });
  const text = local.toString({ smallestUnit: precision }) + (twice ? moment.offset : "");
  return text.replaceAll(":", "");
}

export const weekdayNames = [
  "monday",
  "tuesday",
  "wednesday",
  "thursday",
  "friday",
  "saturday",
  "sunday",
] as const;

/** A rule of many days is named by a hash of it: an id must stay readable, and short enough for a unit's name. */
const longestRule = 40;

function ruleName({ days, at }: Recurrence): string {
  const words =
    days.kind === "daily"
      ? ["daily"]
      : days.kind === "weekly"
        ? days.on.map(shortName)
        : ["monthly", ...days.on.map(monthDayName)];
  const full = words.join("-");
  const hash = createHash("sha256").update(full).digest("hex").slice(0, 8);
  const name = full.length > longestRule ? `${days.kind}-${hash}` : full;
  return `${name}-${at.replace(":", "")}`;
}

/** Whether an id may be that of a recurring window: others begin with a date, or with "arm". */
export function looksRecurring(id: string): boolean {
  return /^(?:daily|weekly|monthly|mon|tue|wed|thu|fri|sat|sun)-/.test(id);
}

function shortName(weekday: Weekday): string {
  return (weekdayNames[weekday - 1] ?? "").slice(0, 3);
}

function monthDayName(day: MonthDay): string {
  if (typeof day !== "object") return String(day);
  return `${day.which}-${shortName(day.weekday)}`;
}
