/** jeda's command line, on the operator's machine. Verbs are files in `verbs/`; docs/cli.md is the contract. */
import { readFileSync } from "node:fs";
import { printError } from "../errors/error-text.ts";
import { closeAllSsh } from "../host/ssh.ts";
import { exitError } from "../window/verdict/exit-codes.ts";
import { helpText } from "./help.ts";
import { findVerb } from "./verb-table.ts";

async function main(words: readonly string[]): Promise<number> {
  const [first = "help"] = words;
  if (first === "help" || first === "--help" || first === "-h") {
    process.stdout.write(`${helpText()}\n`);
    return 0;
  }
  if (first === "--version" || first === "version") {
    const file = new URL("../../package.json", import.meta.url);
    const { version } = JSON.parse(readFileSync(file, "utf8")) as { readonly version: string };
    process.stdout.write(`${version}\n`);
    return 0;
  }
  const { load, rest } = findVerb(words);
  const { run } = await load();
  return run(rest);
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  printError(error);
  process.exitCode = exitError;
} finally {
  await closeAllSsh();
}
