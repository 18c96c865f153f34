/**
 * The runner on the backup host: one self-contained module, started as `/opt/jeda/jeda-runner VERB`. Answers are
 * single lines of JSON on standard output; an error is one line of JSON on standard error.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { JedaError } from "../../model/errors.ts";
import { exitError } from "../verdict/exit-codes.ts";
import type { RunnerContext, Verb } from "./store/context.ts";
import { places } from "./store/paths.ts";
import { abort, disarm, release } from "./verbs/abort.ts";
import { acknowledge } from "./verbs/acknowledge.ts";
import { arm } from "./verbs/arm.ts";
import { boot } from "./verbs/boot.ts";
import { extend } from "./verbs/extend.ts";
import { follow } from "./verbs/follow.ts";
import { inspect, mend } from "./verbs/inspect.ts";
import { report } from "./verbs/report.ts";
import { run } from "./verbs/run.ts";
import { key, seal } from "./verbs/seal.ts";
import { status } from "./verbs/status.ts";
import { supervise } from "./verbs/supervise.ts";

const verbs: Readonly<Record<string, Verb>> = {
  arm,
  run,
  supervise,
  boot,
  follow,
  status,
  abort,
  release,
  extend,
  disarm,
  acknowledge,
  inspect,
  mend,
  report,
  key,
  seal,
  version: async ({ print, version }) => {
    print(JSON.stringify({ version }));
    return 0;
  },
};

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      window: { type: "string" },
      from: { type: "string" },
      by: { type: "string" },
      reason: { type: "string" },
      add: { type: "string" },
      until: { type: "string" },
      json: { type: "boolean" },
      look: { type: "boolean" },
    },
  });
  const verb = verbs[positionals[0] ?? ""];
  if (verb === undefined || positionals.length !== 1) {
    throw new JedaError("CONFIG", `"${positionals.join(" ")}" is not a verb of the runner`, {
      hint: `it has: ${Object.keys(verbs).join(", ")}`,
    });
  }
  const context: RunnerContext = {
    places: places(),
    version: ownVersion(),
    asked: values,
    print: (line) => process.stdout.write(`${line}\n`),
    stdin: () => text(process.stdin),
  };
  return verb(context);
}

/** The hash of this very file tells one build from another. */
function ownVersion(): string {
  const hash = createHash("sha256").update(readFileSync(process.argv[1] ?? ""));
  return hash.digest("hex").slice(0, 12);
}

// Whoever reads our answers may have gone away; the window does not care.
process.stdout.on("error", () => process.exit(exitError));

try {
  process.exitCode = await main();
} catch (error) {
  const known =
    error instanceof JedaError ? error : new JedaError("INTERNAL", String(error), { cause: error });
  if (!(error instanceof JedaError)) console.error(error);
  const { code, message, hint, changed } = known;
  process.stderr.write(`${JSON.stringify({ error: { code, message, hint, changed } })}\n`);
  process.exitCode = exitError;
}
// Sessions that are being closed must not keep the process: what matters is in the journal.
setTimeout(() => process.exit(), 5_000).unref();
