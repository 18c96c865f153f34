/** From the times a person writes for a window, in the hospital's zone, to one instant and three offsets. */
import { Temporal } from "temporal-polyfill";
import type { WindowSpec } from "../../model/hospital.ts";
import { formatDuration, formatInstant } from "../../schedule/format.ts";
import { looksLikeClockTime, parseClockTime, parseDuration } from "../schema/durations.ts";
import { suggest } from "../yaml/did-you-mean.ts";
import { Invalid, quote } from "../yaml/invalid.ts";

/**
 * @returns the zone's name in its usual spelling
 * @throws Invalid
 */
export function readZone(written: string): string {
  try {
    if (!/^[+-]/.test(written)) {
      return Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(written).timeZoneId;
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
  }
  const close = suggest(written, Intl.supportedValuesOf("timeZone"));
  const hint =
    close === undefined ? 'write an IANA name like "Asia/Jakarta"' : `did you mean ${quote(close)}?`;
  throw new Invalid(`${quote(written)} is not a time zone of the IANA database`, hint);
}

/**
 * The start as `WindowSpec.start` wants it: "arm", or an instant with the zone's offset.
 * @throws Invalid also for local times that do not exist, or exist twice
 */
export function readStart(written: string, zone: string): WindowSpec["start"] {
  if (written === "arm") return "arm";
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})?$/.exec(written);
  if (match?.[1] === undefined) {
    const hint = 'write "arm" or a local time like "2017-05-15T00:00"';
    throw new Invalid(`${quote(written)} is not a start`, hint);
  }
  const local = readLocal(match[1]);
  const instants = instantsOf(local, zone);
  if (match[2] === undefined) return formatInstant(only(instants, local, zone, OFFSET_HINT), zone);
  const meant = Temporal.Instant.from(written).epochMilliseconds;
  if (!instants.includes(meant)) {
    const hint = `that moment is ${formatInstant(meant, zone)} in ${zone}; leave the offset out or write that`;
    throw new Invalid(`${quote(written)}: ${zone} has another offset then`, hint);
  }
  return formatInstant(meant, zone);
}

const OFFSET_HINT = "write the offset behind it, as shown";

/**
 * A moment after the start, in milliseconds from it. A duration counts from the start; a clock time is the
 * first such time in the zone at or after the start, over midnight where that comes first.
 * @throws Invalid
 */
export function readOffset(written: string, start: WindowSpec["start"], zone: string): number {
  if (!looksLikeClockTime(written)) return parseDuration(written);
  const time = parseClockTime(written);
  if (start === "arm") {
    const hint = 'write how long after the start, like "45s" or "2h40m"';
    throw new Invalid(`${quote(written)}: a window that starts when it is armed has no clock times`, hint);
  }
  const begin = Temporal.Instant.from(start).toZonedDateTimeISO(zone);
  const from = begin.epochMilliseconds;
  for (const days of [0, 1]) {
    const local = begin.toPlainDate().add({ days }).toPlainDateTime(time);
    const instants = instantsOf(local, zone);
    const missedNow = instants.length === 0 && laterOf(local, zone) >= from;
    const ahead = instants.filter((instant) => instant >= from);
    const [first] = ahead;
    if (missedNow || ahead.length > 1) return only(ahead, local, zone, DURATION_HINT) - from;
    if (first !== undefined) return first - from;
  }
  throw new Invalid(`${quote(written)} does not come within a day of the start`, DURATION_HINT);
}

const DURATION_HINT = 'write how long after the start instead, like "2h40m"';

function readLocal(text: string): Temporal.PlainDateTime {
  try {
    return Temporal.PlainDateTime.from(text, { overflow: "reject" });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Invalid(`${quote(text)} is not a date and time of the calendar`, 'write "2017-05-15T00:00"');
  }
}

/** Every instant that shows this local time, earliest first: none in a gap, two when clocks go back. */
export function instantsOf(local: Temporal.PlainDateTime, zone: string): number[] {
  const readings = (["earlier", "later"] as const)
    .map((disambiguation) => local.toZonedDateTime(zone, { disambiguation }))
    .filter((reading) => reading.toPlainDateTime().equals(local))
    .map((reading) => reading.epochMilliseconds);
  return [...new Set(readings)];
}

function laterOf(local: Temporal.PlainDateTime, zone: string): number {
  return local.toZonedDateTime(zone, { disambiguation: "later" }).epochMilliseconds;
}

function only(
  instants: readonly number[],
  local: Temporal.PlainDateTime,
  zone: string,
  hint: string,
): number {
  const [first, second] = instants;
  const shown = local.toString({ smallestUnit: "minute" });
  if (first === undefined) {
    const after = laterOf(local, zone);
    const gap = formatDuration(
      after - local.toZonedDateTime(zone, { disambiguation: "earlier" }).epochMilliseconds,
    );
    const advice = `clocks go forward by ${gap} there; the moment meant may be ${formatInstant(after, zone)}`;
    throw new Invalid(`${shown} does not exist in ${zone}`, `${advice}; choose another time`);
  }
  if (second !== undefined) {
    const both = `${formatInstant(first, zone)} and ${formatInstant(second, zone)}`;
    throw new Invalid(`${shown} comes twice in ${zone}, because clocks go back: ${both}`, hint);
  }
  return first;
}
