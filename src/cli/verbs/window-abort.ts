/** `jeda window abort --reason TEXT [--id ID] [--by WHO]`: the window reconnects at once, through its finaliser. */
import { backupHost, needed, windowOptions } from "../options.ts";
import { askRunner } from "../remote-runner.ts";

export async function run(words: readonly string[]): Promise<number> {
  const options = windowOptions(words);
  const reason = needed(options.reason, "reason", "it goes into the journal and the report");
  const named = options.id === undefined ? [] : ["--window", options.id];
  const answer = await askRunner(backupHost(options), [
    "abort",
    ...named,
    "--by",
    options.by,
    "--reason",
    reason,
  ]);
  const { id } = JSON.parse(answer) as { readonly id: string };
  process.stderr.write(
    `the window ${id} is being aborted; watch it reconnect: jeda window follow --id ${id}\n`,
  );
  process.stdout.write(`${answer}\n`);
  return 0;
}
