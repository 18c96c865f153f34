/**
 * `jeda window extend --by 30m|--until TIME --reason TEXT [--id ID] [--who WHO]`: `backupStop` and `reconnectBy` are
 * put off, within the window's `maxExtension`, if every edge takes the longer lease.
 */
import { Temporal } from "temporal-polyfill";
import { looksLikeClockTime, parseDuration } from "../../config/schema/durations.ts";
import { readOffset } from "../../config/times/parse-times.ts";
import { Invalid } from "../../config/yaml/invalid.ts";
import { JedaError } from "../../model/errors.ts";
import { timeOfDay } from "../../window/report/quantities.ts";
import { aimOf } from "../aim.ts";
import { needed, operator, windowOptions } from "../options.ts";
import { demandHospital } from "../own-runner.ts";
import { askRunnerJson } from "../remote-runner.ts";

interface Answer {
  readonly id: string;
  readonly planned: { readonly reconnectBy: string };
  readonly deadlines: { readonly reconnectBy: string; readonly backupStop: string };
}

interface Status {
  readonly window: { readonly zone: string; readonly deadlines: { readonly reconnectBy: string } } | null;
}

export async function run(words: readonly string[]): Promise<number> {
  const options = windowOptions(words);
  const reason = needed(options.reason, "reason", "it goes into the journal and the report");
  const aim = aimOf(options);
  const named = options.id === undefined ? [] : ["--window", options.id];
  const time = await asked(options, () => askRunnerJson<Status>(aim.destination, ["status", ...named]));
  const who = options.who ?? operator();
  await demandHospital(aim, options.id);
  const answer = await askRunnerJson<Answer>(aim.destination, [
    "extend",
    ...named,
    "--by",
    who,
    "--reason",
    reason,
    ...time,
  ]);
  const { id, planned, deadlines } = answer;
  process.stderr.write(
    `the window ${id} reconnects by ${timeOfDay(deadlines.reconnectBy)} (planned: ${timeOfDay(planned.reconnectBy)}); backups stop at ${timeOfDay(deadlines.backupStop)}\n`,
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
  return 0;
}

/** @throws JedaError CONFIG for a time that can't be read. */
async function asked(
  { for: by, until }: { readonly for: string | undefined; readonly until: string | undefined },
  status: () => Promise<Status>,
): Promise<readonly string[]> {
  if ((by === undefined) === (until === undefined)) {
    throw new JedaError("CONFIG", "say how much longer: either --by 30m, or --until 03:30");
  }
  try {
    if (by !== undefined) return ["--add", `${parseDuration(by)}`];
    return ["--until", `${await moment(until ?? "", status)}`];
  } catch (error) {
    if (!(error instanceof Invalid) && !(error instanceof RangeError)) throw error;
    const hint = error instanceof Invalid ? error.hint : 'write "03:30", or a moment with its offset';
    throw new JedaError("CONFIG", error.message, hint === undefined ? {} : { hint });
  }
}

/** Epoch milliseconds; "03:30" is the next such time after `reconnectBy`, in the hospital's zone. */
async function moment(until: string, status: () => Promise<Status>): Promise<number> {
  if (!looksLikeClockTime(until)) return Temporal.Instant.from(until).epochMilliseconds;
  const { window } = await status();
  if (window === null) throw new JedaError("REFUSED", "no window is armed or running");
  const { reconnectBy } = window.deadlines;
  return Date.parse(reconnectBy) + readOffset(until, reconnectBy, window.zone);
}
