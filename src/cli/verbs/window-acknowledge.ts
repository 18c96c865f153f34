/** `jeda window acknowledge --id ID --reason TEXT [--by WHO]`: from then on following this window succeeds. */
import { aimOf } from "../aim.ts";
import { needed, windowOptions } from "../options.ts";
import { askOwnRunner } from "../own-runner.ts";

export async function run(words: readonly string[]): Promise<number> {
  const options = windowOptions(words);
  const id = needed(options.id, "id", "jeda window status shows it");
  const reason = needed(options.reason, "reason", "it goes into the journal");
  const request = ["acknowledge", "--window", id, "--by", options.by, "--reason", reason];
  process.stdout.write(`${await askOwnRunner(aimOf(options), request, id)}\n`);
  return 0;
}
