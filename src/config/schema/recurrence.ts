/** `window.every` and `window.blackouts` as written. Local times stay text: they need the zone. */
import { z } from "zod";
import type { Days, MonthDay, Weekday } from "../../model/recurrence.ts";
import { weekdayNames } from "../../schedule/window-id.ts";
import { didYouMean } from "../yaml/did-you-mean.ts";
import { Invalid, isMap, quote } from "../yaml/invalid.ts";
import { parseClockTime } from "./durations.ts";
import { dispatch, fields, integer, list, oneOf, scalar } from "./shape.ts";
import { text } from "./values.ts";

const weekdays: readonly string[] = weekdayNames;

const weekday = oneOf("a day of the week", weekdayNames).transform(weekdayOf);

function weekdayOf(name: string): Weekday {
  return (weekdays.indexOf(name) + 1) as Weekday;
}

const ordinals = { first: 1, second: 2, third: 3, fourth: 4, last: "last" } as const;

const DAY_HINT = 'write a number from 1 to 31, "last", or like "first sunday"';

const namedDay = scalar("a day of the month", (written): MonthDay => {
  if (written === "last") return "last";
  const [which = "", day = "", more] = written.split(" ");
  if (more !== undefined || !Object.hasOwn(ordinals, which) || !weekdays.includes(day)) {
    const close = weekdays.includes(day) || day === "" ? "" : ` ${didYouMean(day, weekdays)}`;
    throw new Invalid(`${quote(written)} is not a day of a month`, `${DAY_HINT}${close}`);
  }
  return { which: ordinals[which as keyof typeof ordinals], weekday: weekdayOf(day) };
});

const monthDay = dispatch<MonthDay>((input) =>
  typeof input === "string" ? namedDay : integer("a day of the month", 1, 31),
);

const monthDays = dispatch<MonthDay[]>((input) =>
  typeof input === "number" ? monthDay.transform((day) => [day]) : list(monthDay, "the days of the month", 1),
);

const clockTime = scalar("a time of day", (written) => {
  parseClockTime(written);
  return written.trim();
});

export const every = fields("the recurrence", {
  weekly: list(weekday, "the days of the week", 1).optional(),
  monthly: monthDays.optional(),
  at: clockTime,
}).transform((written, context): { readonly days: Days; readonly at: string } => {
  const { weekly, monthly, at } = written;
  if (weekly !== undefined && monthly !== undefined) {
    const hint = "write either weekly or monthly; without both it is every day";
    context.addIssue({ code: "custom", message: "is both weekly and monthly", params: { hint } });
    return z.NEVER;
  }
  if (weekly !== undefined) return { days: { kind: "weekly", on: [...new Set(weekly)].toSorted() }, at };
  if (monthly !== undefined) return { days: { kind: "monthly", on: monthly }, at };
  return { days: { kind: "daily" }, at };
});

/** `from` and `to` as local dates or times; `to` is the end, a date with the whole of its day. */
export interface WrittenBlackout {
  readonly from: string;
  readonly to: string;
  readonly why: string | undefined;
}

const span = text.transform((written): WrittenBlackout => {
  const [from = "", to = from] = written.split("..").map((part) => part.trim());
  return { from, to, why: undefined };
});

const blackout = dispatch<WrittenBlackout>((input) =>
  isMap(input)
    ? fields("a blackout", { from: text, to: text.optional(), why: text.optional() }).transform(
        (written): WrittenBlackout => ({
          from: written.from,
          to: written.to ?? written.from,
          why: written.why,
        }),
      )
    : span,
);

export const blackouts = list(blackout, "dates on which no window runs").default([]);
