/** Durations and clock times as people write them. Lengths are whole milliseconds. */
import { Invalid, quote } from "../yaml/invalid.ts";

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

const SHORT = /^(?:(\d+)d)?(?: ?(\d+)h)?(?: ?(\d+)m(?!s))?(?: ?(\d+)s)?(?: ?(\d+)ms)?$/;
const ISO = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,](\d{1,3}))?S)?)?$/;

/** A century: beyond it a number of milliseconds is a slip, and far below where numbers lose precision. */
const LONGEST = 36_525 * MS.d;

const HINT = 'write a duration like "90s", "2h30m", "250ms", "14d" or "PT2H30M"';

/**
 * Reads "3h", "90s", "250ms", "2h30m", "2h 30m", "14d" or ISO 8601 ("PT2H30M", "P1D") into milliseconds.
 * Years, months and weeks are refused: their length depends on when they start.
 * @throws Invalid
 */
export function parseDuration(text: string): number {
  const written = text.trim();
  const short = SHORT.exec(written);
  const iso = short === null || written === "" ? ISO.exec(written) : null;
  const [days, hours, minutes, seconds, rest] = (iso ?? short ?? []).slice(1);
  const parts = [days, hours, minutes, seconds, rest];
  const designatorWithoutValue = iso !== null && written.endsWith("T");
  if (parts.every((part) => part === undefined) || designatorWithoutValue) {
    throw new Invalid(`${quote(text)} is not a duration`, clockHint(written) ?? HINT);
  }
  const milliseconds = iso === null ? Number(rest ?? 0) : Number((rest ?? "0").padEnd(3, "0"));
  const total =
    Number(days ?? 0) * MS.d +
    Number(hours ?? 0) * MS.h +
    Number(minutes ?? 0) * MS.m +
    Number(seconds ?? 0) * MS.s +
    milliseconds;
  if (total > LONGEST) throw new Invalid(`${quote(text)} is longer than a century`, HINT);
  return total;
}

/** For what is written like a time of day: how long that would be. */
function clockHint(written: string): string | undefined {
  const match = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(written);
  if (match === null) return undefined;
  const units = ["h", "m", "s"] as const;
  const parts = match
    .slice(1)
    .map((part, at) => (Number(part ?? 0) === 0 ? "" : `${Number(part)}${units[at]}`));
  const long = parts.join("") || "4h";
  return `"HH:MM" is a time of day; write how long it lasts, like "${long}"`;
}

export interface ClockTime {
  readonly hour: number;
  readonly minute: number;
}

export const looksLikeClockTime = (text: string): boolean => /^\d{1,2}:\d{2}$/.test(text.trim());

/**
 * Reads "HH:MM" on a 24-hour clock.
 * @throws Invalid
 */
export function parseClockTime(text: string): ClockTime {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text.trim());
  if (match === null) {
    throw new Invalid(`${quote(text)} is not a time of day`, 'write it as "HH:MM", from "00:00" to "23:59"');
  }
  return { hour: Number(match[1]), minute: Number(match[2]) };
}
