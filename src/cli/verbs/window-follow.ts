/**
 * `jeda window follow [--id ID]`: streams the journal until the window has ended. Following is only looking:
 * Ctrl-C, a lost connection or a killed Pulumi end it, and never the window.
 */
import { JedaError } from "../../model/errors.ts";
import { type Seal, sealSchema } from "../../promotion/statement.ts";
import { looksRecurring } from "../../schedule/window-id.ts";
import { fold } from "../../window/journal/status-from-journal.ts";
import { buildReport } from "../../window/report/build.ts";
import { exitCodes } from "../../window/verdict/exit-codes.ts";
import { aimOf } from "../aim.ts";
import { essentials } from "../essentials.ts";
import { followJournal } from "../follow-journal.ts";
import { windowOptions } from "../options.ts";
import { progressLine } from "../progress.ts";
import { askRunnerJson } from "../remote-runner.ts";

/** What a shell gives a command that Ctrl-C ended. */
const interrupted = 130;

export async function run(words: readonly string[]): Promise<number> {
  const options = windowOptions(words);
  const destination = aimOf(options).destination;
  const id = await chosenId(destination, options.id);
  const stop = new AbortController();
  const leave = (why: string) => () => stop.abort(why);
  process
    .once("SIGINT", leave("interrupted"))
    .once("SIGTERM", leave("terminated"))
    .once("SIGHUP", leave("hung up"));
  const orphaned = leaveWhenOrphaned(leave("whoever started it has gone"));
  try {
    const entries = await followJournal(destination, id, {
      signal: stop.signal,
      onEntry: (entry) => tell(progressLine(entry)),
      onLost: (message) => tell(`${message}; trying again, the window goes on`),
    });
    if (entries === null) {
      tell(`following ended (${stop.signal.reason}); the window goes on: jeda window follow --id ${id}`);
      return interrupted;
    }
    const status = fold(entries);
    const report = buildReport(status);
    for (const reason of report.reasons) tell(`  ${report.result}: ${reason}`);
    const seal = report.result === "ok" ? await askSeal(destination, id) : null;
    process.stdout.write(`${JSON.stringify(essentials(report, status.acknowledged !== null, seal))}\n`);
    if (status.acknowledged === null && report.result !== "ok") {
      tell(`when it has been dealt with: jeda window acknowledge --id ${id} --reason TEXT`);
    }
    return status.acknowledged === null ? exitCodes[report.result] : 0;
  } finally {
    clearInterval(orphaned);
  }
}

/** What a promotion is checked by. Its absence is told and costs the window nothing. */
async function askSeal(destination: string, id: string): Promise<Seal | null> {
  try {
    return sealSchema.parse(await askRunnerJson(destination, ["seal", "--window", id]));
  } catch (error) {
    tell(`${destination} did not sign the result: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

function tell(line: string | null): void {
  if (line !== null) process.stderr.write(`${line}\n`);
}

/** A killed Pulumi leaves its commands behind; they would hold on to pipes that nobody reads. */
function leaveWhenOrphaned(leave: () => void): NodeJS.Timeout {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid !== parent) leave();
  }, 1_000);
  timer.unref();
  return timer;
}

interface Status {
  readonly window: { readonly id: string } | null;
  readonly schedules?: readonly { readonly id: string; readonly next: { readonly id: string } | null }[];
}

/** The newest window unless one is named; of a recurring one that which waits or is under way. */
async function chosenId(destination: string, named: string | undefined): Promise<string> {
  if (named !== undefined && !looksRecurring(named)) return named;
  const { window, schedules = [] } = await askRunnerJson<Status>(destination, ["status"]);
  const series = schedules.find(({ id }) => id === named);
  if (named !== undefined && series === undefined) return named;
  const found = named === undefined ? window : series?.next;
  if (found !== null && found !== undefined) return found.id;
  const what = named === undefined ? "knows no window" : `has no window armed of ${named}`;
  throw new JedaError("REFUSED", `${destination} ${what}`, { hint: "pulumi up arms one" });
}
