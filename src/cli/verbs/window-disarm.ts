/** `jeda window disarm --id ID`: what `pulumi destroy` does. It refuses while that window runs, and aborts none. */
import { backupHost, needed, windowOptions } from "../options.ts";
import { askRunner } from "../remote-runner.ts";

export async function run(words: readonly string[]): Promise<number> {
  const options = windowOptions(words);
  const id = needed(options.id, "id", "the window to take back");
  const answer = await askRunner(backupHost(options), ["disarm", "--window", id, "--by", options.by]);
  process.stdout.write(`${answer}\n`);
  return 0;
}
