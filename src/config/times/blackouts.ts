/** Dates on which no window runs, from the hospital's local time to moments. */
import { Temporal } from "temporal-polyfill";
import type { Blackout } from "../../model/recurrence.ts";
import type { WrittenBlackout } from "../schema/recurrence.ts";
import { Invalid, quote } from "../yaml/invalid.ts";

const HINT =
  'write a date ("2026-12-25"), dates ("2026-12-24..2027-01-02"), or { from, to, why } with local times';

/**
 * A date stands for its whole day, the last one included. Where a local time comes twice or not at all the longer
 * blackout is meant.
 * @throws Invalid
 */
export function readBlackout({ from, to, why }: WrittenBlackout, zone: string): Blackout {
  const begin = moment(from, zone, "earlier");
  const end = isDate(to)
    ? readDate(to).add({ days: 1 }).toZonedDateTime(zone).epochMilliseconds
    : moment(to, zone, "later");
  const range = to === from ? from : `${from}..${to}`;
  if (end <= begin) throw new Invalid(`${quote(range)} ends before it begins`, "write the earlier one first");
  return { from: begin, to: end, text: why === undefined ? range : `${range} (${why})` };
}

const isDate = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text);

function moment(text: string, zone: string, disambiguation: "earlier" | "later"): number {
  if (isDate(text)) return readDate(text).toZonedDateTime(zone).epochMilliseconds;
  return parsed(text, /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/, () =>
    Temporal.PlainDateTime.from(text, { overflow: "reject" }),
  ).toZonedDateTime(zone, { disambiguation }).epochMilliseconds;
}

function readDate(text: string): Temporal.PlainDate {
  return parsed(text, /./, () => Temporal.PlainDate.from(text, { overflow: "reject" }));
}

function parsed<T>(text: string, form: RegExp, read: () => T): T {
  if (!form.test(text)) throw new Invalid(`${quote(text)} is not a date of the calendar`, HINT);
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Invalid(`${quote(text)} is not a date of the calendar`, HINT);
  }
}
