/** `jeda window acknowledge --id ID --reason TEXT [--by WHO]`: from then on following this window succeeds. */
import { backupHost, needed, windowOptions } from "../options.ts";
import { askRunner } from "../remote-runner.ts";

export async function run(words: readonly string[]): Promise<number> {
  const options = windowOptions(words);
  const id = needed(options.id, "id", "jeda window status shows it");
  const reason = needed(options.reason, "reason", "it goes into the journal");
  const request = ["acknowledge", "--window", id, "--by", options.by, "--reason", reason];
  process.stdout.write(`${await askRunner(backupHost(options), request)}\n`);
  return 0;
}
