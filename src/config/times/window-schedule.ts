/** When a window comes: once, or again and again; and how its deadlines lie after its start. */
import type { WindowSpec } from "../../model/hospital.ts";
import type { ClockDeadlines } from "../../model/recurrence.ts";
import { formatDuration } from "../../schedule/format.ts";
import { blackoutOn, nextOccurrences } from "../../schedule/occurrences.ts";
import { looksLikeClockTime, parseClockTime, parseDuration } from "../schema/durations.ts";
import type { WrittenWindow } from "../schema/window.ts";
import { Invalid } from "../yaml/invalid.ts";
import type { Problems } from "../yaml/problems.ts";
import { readBlackout } from "./blackouts.ts";
import { readOffset, readStart } from "./parse-times.ts";

/** Milliseconds after the start; `undefined` where what was written can't be read. */
export interface Offsets {
  readonly startCutoffMs: number | undefined;
  readonly backupStopMs: number | undefined;
  readonly reconnectByMs: number | undefined;
}

type When = Offsets & Pick<WindowSpec, "start" | "recurrence" | "blackouts">;

const deadlineNames = ["startCutoff", "backupStop", "reconnectBy"] as const;
type DeadlineName = (typeof deadlineNames)[number];

export function single(written: WrittenWindow, zone: string, problems: Problems): When | undefined {
  const { start: text } = written;
  if (text === undefined) {
    const hint = 'write start: "2017-05-15T00:00", or every: { weekly: [sunday], at: "01:00" }';
    problems.add(["window"], "does not say when: it has neither start nor every", hint);
    return undefined;
  }
  const start = reading(() => readStart(text, zone), ["window", "start"], problems);
  if (start === undefined) return undefined;
  const offset = (field: DeadlineName) =>
    reading(() => readOffset(written[field], start, zone), ["window", field], problems);
  const reconnectByMs = offset("reconnectBy");
  const blackouts = blackoutsOf(written, zone, problems);
  if (start !== "arm" && reconnectByMs !== undefined) {
    const begin = Date.parse(start);
    const touched = blackoutOn(blackouts, begin, begin + reconnectByMs);
    if (touched !== undefined) {
      problems.add(
        ["window", "start"],
        `the window touches the blackout ${touched.text}`,
        "choose another night",
      );
    }
  }
  return { start, startCutoffMs: offset("startCutoff"), backupStopMs: offset("backupStop"), reconnectByMs };
}

/** Two windows in a row must not touch, also where clocks go forward by two hours. */
const longestMs = 22 * 3_600_000;

export function recurring(written: WrittenWindow, zone: string, problems: Problems): When | undefined {
  const { every } = written;
  if (every === undefined) return undefined;
  if (written.start !== undefined) {
    problems.add(["window", "start"], "start and every are both written", "keep one of them");
    return undefined;
  }
  const clocks: Partial<Record<DeadlineName, string>> = {};
  const offset = (field: DeadlineName): number | undefined => {
    const text = written[field].trim();
    const ms = reading(() => usualOffset(text, every.at), ["window", field], problems);
    if (ms !== undefined && looksLikeClockTime(text)) clocks[field] = text;
    return ms;
  };
  const startCutoffMs = offset("startCutoff");
  const backupStopMs = offset("backupStop");
  const reconnectByMs = offset("reconnectBy");
  const blackouts = blackoutsOf(written, zone, problems);
  if (reconnectByMs !== undefined && reconnectByMs > longestMs) {
    const message = `a recurring window of ${formatDuration(reconnectByMs)} leaves no time before the next`;
    problems.add(["window", "reconnectBy"], message, `write ${formatDuration(longestMs)} or less`);
  }
  const recurrence = { ...every, clocks: clocks as ClockDeadlines };
  const when = { start: "recurring", recurrence, ...(blackouts.length === 0 ? {} : { blackouts }) };
  const probe = { ...when, startCutoffMs: 1, backupStopMs: 2, reconnectByMs: 3 };
  if (nextOccurrences(probe, zone, Date.UTC(2024, 0), 1).length === 0) {
    problems.add(["window", "every"], "none of these days ever comes", "write days that a month has");
  }
  return { ...when, startCutoffMs, backupStopMs, reconnectByMs };
}

/** On a night on which no clock changes: a time of day is the first one at or after the start. */
function usualOffset(text: string, at: string): number {
  if (!looksLikeClockTime(text)) return parseDuration(text);
  const minutes = ({ hour, minute }: { readonly hour: number; readonly minute: number }) =>
    hour * 60 + minute;
  const after = minutes(parseClockTime(text)) - minutes(parseClockTime(at));
  return (after < 0 ? after + 24 * 60 : after) * 60_000;
}

function blackoutsOf(written: WrittenWindow, zone: string, problems: Problems) {
  return written.blackouts.flatMap((one, index) => {
    const read = reading(() => readBlackout(one, zone), ["window", "blackouts", index], problems);
    return read === undefined ? [] : [read];
  });
}

export function reading<T>(
  read: () => T,
  path: readonly (string | number)[],
  problems: Problems,
): T | undefined {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    problems.add(path, error.message, error.hint);
    return undefined;
  }
}
