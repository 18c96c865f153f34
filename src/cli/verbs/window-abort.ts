/**
 * `jeda window abort --reason TEXT [--id ID] [--by WHO] [--stack STACK]`: the window reconnects at once, through its
 * finaliser; where the backup host can't be reached, as by `release`.
 */
import { needed, windowOptions } from "../options.ts";
import { askOrRelease } from "../release-edges.ts";
import { jsonAnswer } from "../remote-runner.ts";

export async function run(words: readonly string[]): Promise<number> {
  const options = windowOptions(words);
  const reason = needed(options.reason, "reason", "it goes into the journal and the report");
  const named = options.id === undefined ? [] : ["--window", options.id];
  const request = ["abort", ...named, "--by", options.by, "--reason", reason];
  return askOrRelease(options, request, (answer) => {
    const { id } = jsonAnswer<{ readonly id: string }>("the backup host", "abort", answer);
    process.stderr.write(
      `the window ${id} is being aborted; watch it reconnect: jeda window follow --id ${id}\n`,
    );
    process.stdout.write(`${answer}\n`);
  });
}
