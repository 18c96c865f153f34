/**
 * `jeda window release --reason TEXT [--id ID] [--by WHO] [--stack STACK]`: every segment comes back now. The backup
 * host does it and journals who and why; when it can't be reached, each edge is released from here.
 */
import { needed, windowOptions } from "../options.ts";
import { askOrRelease } from "../release-edges.ts";

export async function run(words: readonly string[]): Promise<number> {
  const options = windowOptions(words);
  const reason = needed(options.reason, "reason", "it goes into the journal and the report");
  const named = options.id === undefined ? [] : ["--window", options.id];
  const request = ["release", ...named, "--by", options.by, "--reason", reason];
  return askOrRelease(options, request, (answer) => process.stdout.write(`${answer}\n`));
}
