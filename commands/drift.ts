/** `npm run -s drift -- [--stack S] [--json]`: every stack compared with what is live. Exit codes: docs/drift.md. */
import { join } from "node:path";
import { execa } from "execa";
import { z } from "zod";
import { parseOptions } from "../src/cli/parse-options.ts";
import { stackNames } from "../src/config/stack-file.ts";
import { didYouMean } from "../src/config/yaml/did-you-mean.ts";
import {
  classify,
  type Looked,
  type StackDrift,
  type WindowLookup,
  windowToCreate,
} from "../src/drift/classify.ts";
import { deployedStacks, notDeployed } from "../src/drift/deployed.ts";
import { parsePreview } from "../src/drift/preview-json.ts";
import { driftReport } from "../src/drift/report.ts";
import { driftText } from "../src/drift/text.ts";
import { JedaError } from "../src/model/errors.ts";
import { ensureToolchain } from "../toolchain/ensure.ts";
import { repository } from "../toolchain/paths.ts";
import { failed } from "../toolchain/print-failure.ts";
import { say } from "../toolchain/progress.ts";
import { onACopy } from "./config-copy.ts";
import { currentLab, homeOf, prepareBackend, pulumiEnvironment } from "./environment.ts";
import { demandLabStack } from "./lab-only.ts";
import { opsPrefix } from "./ops.ts";

/** Milliseconds for one stack: a hospital of many hosts, each of them slow to refuse. */
const PREVIEW_MS = 15 * 60_000;
const STATUS_MS = 60_000;

type Runner = (words: readonly string[], timeoutMs: number) => Promise<Answer>;

interface Answer {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function surroundings(
  named: string | undefined,
): Promise<{ readonly run: Runner; readonly pulumi: string }> {
  const lab = currentLab();
  const planned = pulumiEnvironment(lab);
  if (planned.isLab && named !== undefined) {
    demandLabStack(["--stack", named], process.env, homeOf(planned));
  }
  await ensureToolchain();
  const { pulumi, variables, isLab } = pulumiEnvironment(lab);
  if (isLab) prepareBackend(lab);
  const prefix = isLab ? await opsPrefix(lab) : [];
  const run: Runner = async (words, timeoutMs) => {
    const [file = "", ...rest] = [...prefix, ...words];
    const { exitCode, stdout, stderr, shortMessage } = await execa(file, rest, {
      cwd: repository,
      env: variables,
      reject: false,
      stdin: "ignore",
      timeout: timeoutMs,
      // SIGINT lets the engine end its plugins in good order.
      killSignal: "SIGINT",
      forceKillAfterDelay: 10_000,
      maxBuffer: 256 * 1024 * 1024,
    });
    return {
      exitCode: exitCode ?? 1,
      stdout,
      stderr: stderr || (exitCode === undefined ? (shortMessage ?? "") : ""),
    };
  };
  return { run, pulumi };
}

type Ends = Required<Looked>["badEnds"];

/** How the stack's windows ended, and how the one that is named stands. */
async function askWindows(
  run: Runner,
  stack: string,
  id: string | undefined,
): Promise<{ readonly window: WindowLookup; readonly badEnds: Ends }> {
  const words = ["window", "status", "--stack", stack, "--json", "--read"];
  const named = id === undefined ? [] : ["--id", id];
  const { exitCode, stdout, stderr } = await run(
    [join(repository, "bin/jeda"), ...words, ...named],
    STATUS_MS,
  );
  const failed = (error: string) => ({ window: { error }, badEnds: { error } });
  if (exitCode !== 0) return failed(stderr.trim() || `jeda window status ended with ${exitCode}`);
  try {
    const { window, badEnds } = answerSchema.parse(JSON.parse(stdout));
    const own = badEnds.filter((one) => one.stack?.split("/").at(-1) === stack.split("/").at(-1));
    if (window === null || id === undefined) return { window: null, badEnds: own };
    return {
      window: { id, result: window.result, acknowledged: window.acknowledged !== null },
      badEnds: own,
    };
  } catch {
    return failed(`jeda window status answered "${stdout.slice(0, 100)}"`);
  }
}

/** An older runner does not tell of bad ends. */
const answerSchema = z.object({
  window: z.object({ result: z.string().nullable(), acknowledged: z.unknown() }).nullable(),
  badEnds: z
    .array(z.object({ id: z.string(), stack: z.string().nullable(), result: z.string() }))
    .default([]),
});

async function look(run: Runner, pulumi: string, stack: string): Promise<StackDrift> {
  const words = ["preview", "--json", "--expect-no-changes", "--non-interactive", "--stack", stack];
  const copy = onACopy([], stack);
  const { exitCode, stdout, stderr } = await run([pulumi, ...words, ...copy.words], PREVIEW_MS).finally(
    copy.remove,
  );
  const preview = parsePreview(stdout);
  const id = preview === null ? undefined : windowToCreate(preview);
  if (preview === null || (exitCode !== 0 && exitCode !== 7)) {
    return classify({ stack, exitCode, preview, stderr });
  }
  const { window, badEnds } = await askWindows(run, stack, id);
  return classify({ stack, exitCode, preview, stderr, badEnds, ...(id === undefined ? {} : { window }) });
}

/** Of all stacks some may belong to other backends; one that was named has to be there. */
async function everApplied(run: Runner, pulumi: string): Promise<ReadonlySet<string> | null> {
  const { exitCode, stdout } = await run([pulumi, "stack", "ls", "--json", "--non-interactive"], STATUS_MS);
  return exitCode === 0 ? deployedStacks(stdout) : null;
}

function stacksOf(named: string | undefined): readonly string[] {
  const known = stackNames(repository);
  if (named === undefined) return known;
  if (known.includes(named.split("/").at(-1) ?? "")) return [named];
  throw new JedaError("CONFIG", `there is no stack file for "${named}"`, {
    hint: didYouMean(named, known),
  });
}

try {
  const values = parseOptions(
    process.argv.slice(2),
    { stack: { type: "string" }, json: { type: "boolean" } },
    "npm run -s drift -- [--stack STACK] [--json]",
  );
  const stacks = stacksOf(values.stack);
  const { run, pulumi } = await surroundings(values.stack);
  const applied = values.stack === undefined ? await everApplied(run, pulumi) : null;
  const found: StackDrift[] = [];
  for (const stack of stacks) {
    if (applied !== null && !applied.has(stack)) {
      found.push(notDeployed(stack));
      continue;
    }
    say(`looking at ${stack}`);
    found.push(await look(run, pulumi, stack));
  }
  const report = driftReport(found);
  process.stdout.write(`${values.json ? JSON.stringify(report, null, 2) : driftText(found)}\n`);
  process.exitCode = report.exitCode;
} catch (error) {
  failed(error);
}
