/** `jeda window report [--id ID] [--json]` */
import { aimOf } from "../aim.ts";
import { windowOptions } from "../options.ts";
import { askRunner } from "../remote-runner.ts";

export async function run(words: readonly string[]): Promise<number> {
  const options = windowOptions(words);
  const named = options.id === undefined ? [] : ["--window", options.id];
  const form = options.json ? ["--json"] : [];
  process.stdout.write(`${await askRunner(aimOf(options).destination, ["report", ...named, ...form])}\n`);
  return 0;
}
