/** `jeda window disarm --id ID`: what `pulumi destroy` does. It refuses while that window runs, and aborts none. */
import { aimOf } from "../aim.ts";
import { needed, windowOptions } from "../options.ts";
import { askOwnRunner } from "../own-runner.ts";

export async function run(words: readonly string[]): Promise<number> {
  const options = windowOptions(words);
  const id = needed(options.id, "id", "the window to take back");
  const answer = await askOwnRunner(aimOf(options), ["disarm", "--window", id, "--by", options.by], id);
  process.stdout.write(`${answer}\n`);
  return 0;
}
