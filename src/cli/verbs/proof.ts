/** `jeda proof [--stack STACK] [--report FILE] [--expand] [--json]`: what a window cuts and keeps, from the stack's file alone. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { JedaError } from "../../model/errors.ts";
import { pastOf } from "../../proof/past.ts";
import { prove } from "../../proof/prove.ts";
import { surroundings } from "../../proof/surroundings.ts";
import { proofText } from "../../proof/table.ts";
import { configured } from "../aim.ts";

/** Exit code 0 when the proof holds, 1 when the window would be refused. */
export async function run(words: readonly string[]): Promise<number> {
  const { stack, json, expand, report } = options(words);
  const project = fileURLToPath(new URL("../../..", import.meta.url));
  const { hospital, runbook } = configured(stack);
  const proof = prove(hospital, {
    ...surroundings(project),
    runbook,
    past: report === undefined ? {} : pastReport(report),
  });
  process.stdout.write(`${json ? JSON.stringify(proof, null, 2) : proofText(proof, expand)}\n`);
  return proof.violations.length === 0 ? 0 : 1;
}

/** What `jeda window report --json` printed. */
function pastReport(file: string) {
  try {
    return pastOf(JSON.parse(readFileSync(file, "utf8")));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new JedaError("CONFIG", `${file} is not a window's report: ${why}`, {
      hint: "write one with: npm run -s jeda -- window report --json",
    });
  }
}

function options(words: readonly string[]): {
  readonly stack: string | undefined;
  readonly json: boolean;
  /** Every name of a class is written out. */
  readonly expand: boolean;
  readonly report: string | undefined;
} {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: {
        stack: { type: "string" },
        json: { type: "boolean" },
        expand: { type: "boolean" },
        report: { type: "string" },
      },
    });
    const { stack, json = false, expand = false, report } = values;
    return { stack, json, expand, report };
  } catch (error) {
    throw new JedaError("CONFIG", error instanceof Error ? error.message : String(error), {
      hint: "jeda proof takes --stack STACK, --report FILE, --expand and --json",
    });
  }
}
