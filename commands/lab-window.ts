/** The lab's window: `pulumi up` on the stack `lab` as ops, then the report, with the records counted for good. */
import { execa } from "execa";
import { opsCommand } from "../lab/access/ops.ts";
import { stackFileWords } from "../lab/stack-file.ts";
import { readState } from "../lab/state.ts";
import { entryCounts, labWork } from "../lab/workload.ts";
import { JedaError } from "../src/model/errors.ts";
import type { Report } from "../src/model/report.ts";
import { reportText } from "../src/window/report/text.ts";
import { repository } from "../toolchain/paths.ts";
import { pulumiEnvironment } from "./environment.ts";
import { ensureStack } from "./stack.ts";

const stack = "lab";

export interface WindowRun {
  readonly report: Report;
  /** Of `pulumi up`: not zero when the window ended badly. */
  readonly exitCode: number;
}

/** Throws PREREQUISITE or UNREACHABLE when no window was run at all. */
export async function runWindow(id: string, log: (line: string) => void): Promise<WindowRun> {
  await ensureStack(stack, id);
  await labWork(id, "start");
  const up = [
    ...["pulumi", "up", "--yes", "--skip-preview", "--stack", stack],
    ...stackFileWords(id, readState(id)?.edges ?? 1),
  ];
  log(`lab ${id}: ${up.join(" ")}`);
  const exitCode = await asOps(id, [...up]);
  // Entry stops before the last count, so that the report says what anybody can count again afterwards.
  await labWork(id, "stop");
  return { report: await finalReport(id, exitCode), exitCode };
}

/** For people, or as the only thing on standard output. */
export function printReport(report: Report, json: boolean): void {
  process.stdout.write(json ? `${JSON.stringify(report, null, 2)}\n` : `${reportText(report)}\n`);
}

async function asOps(id: string, words: readonly string[]): Promise<number> {
  const { argv, env } = opsInvocation(id, words);
  const [file = "nsenter", ...rest] = argv;
  const result = await execa(file, rest, {
    cwd: repository,
    env,
    stdin: "ignore",
    // Standard output belongs to the report alone.
    stdout: process.stderr,
    stderr: "inherit",
    reject: false,
  });
  return result.exitCode ?? 1;
}

async function finalReport(id: string, upExit: number): Promise<Report> {
  const { argv, env } = opsInvocation(id, ["bin/jeda", "window", "report", "--stack", stack, "--json"]);
  const [file = "nsenter", ...rest] = argv;
  const result = await execa(file, rest, { cwd: repository, env, stdin: "ignore", reject: false });
  if (result.exitCode !== 0) {
    throw new JedaError("UNREACHABLE", `there is no report of the window (pulumi up ended with ${upExit})`, {
      changed: "pulumi up had begun: npm run -s pulumi -- stack shows what it made",
      hint: `${result.stderr.trim()}\nLook at what the backup host has: npm run -s jeda -- window status`,
    });
  }
  const report = JSON.parse(result.stdout) as Report;
  const counts = await entryCounts(id);
  return { ...report, records: { ...counts, lost: Math.max(0, counts.acknowledged - counts.stored) } };
}

function opsInvocation(
  id: string,
  words: readonly string[],
): { readonly argv: string[]; readonly env: NodeJS.ProcessEnv } {
  const prefix = opsCommand(id);
  if (prefix === null) {
    throw new JedaError("UNREACHABLE", `the lab "${id}" does not stand`, { hint: "npm run lab" });
  }
  const { pulumi, variables } = pulumiEnvironment(id);
  const named = words[0] === "pulumi" ? [pulumi, ...words.slice(1)] : words;
  return { argv: [...prefix, ...named], env: { ...process.env, ...variables } };
}
