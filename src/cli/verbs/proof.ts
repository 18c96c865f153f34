/** `jeda proof [--stack STACK] [--json]`: what a window cuts and keeps, from the stack's file alone. */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadFromStackFile } from "../../config/load.ts";
import { JedaError } from "../../model/errors.ts";
import { prove } from "../../proof/prove.ts";
import { surroundings } from "../../proof/surroundings.ts";
import { proofText } from "../../proof/table.ts";

/** Exit code 0 when the proof holds, 1 when the window would be refused. */
export async function run(words: readonly string[]): Promise<number> {
  const { stack, json } = options(words);
  const project = fileURLToPath(new URL("../../..", import.meta.url));
  const proof = prove(loadFromStackFile(stack, project).hospital, surroundings());
  process.stdout.write(`${json ? JSON.stringify(proof, null, 2) : proofText(proof)}\n`);
  return proof.violations.length === 0 ? 0 : 1;
}

function options(words: readonly string[]): { readonly stack: string; readonly json: boolean } {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { stack: { type: "string" }, json: { type: "boolean" } },
    });
    return { stack: values.stack ?? "lab", json: values.json ?? false };
  } catch (error) {
    throw new JedaError("CONFIG", error instanceof Error ? error.message : String(error), {
      hint: "jeda proof takes --stack STACK and --json",
    });
  }
}
