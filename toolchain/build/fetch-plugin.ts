/** The command plugin of an official CLI that has none, fetched by that CLI before anything of a hospital is touched. */
import { spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { say } from "../progress.ts";
import { compatiblePulumi, officialPulumi, pluginWords } from "./official.ts";

const LIMIT_MS = 120_000;

/** The CLI, when it has the plugin then. Null where there is none that fits, and, said, where it can't be fetched. */
export async function fetchPlugin(
  environment: NodeJS.ProcessEnv = process.env,
  limitMs: number = LIMIT_MS,
): Promise<string | null> {
  const cli = compatiblePulumi(environment);
  if (cli === null) return null;
  const typed = [cli, ...pluginWords].join(" ");
  const atMost = limitMs < 60_000 ? `${limitMs / 1000} s` : `${limitMs / 60_000} min`;
  say(`the Pulumi CLI at ${cli} has no command plugin; fetching it (at most ${atMost}): ${typed}`);
  const said = await ask(cli, { ...environment, PULUMI_SKIP_UPDATE_CHECK: "true" }, limitMs);
  const official = officialPulumi(environment);
  if (official === null) {
    const why = said ?? `it had not ended after ${atMost}`;
    say(`it could not be fetched (${why}): the Pulumi engine is built instead; to use yours later: ${typed}`);
  }
  return official;
}

/** The last line of what the CLI said; null when the limit ended it. A file takes it, which no child of its can hold up. */
function ask(cli: string, env: NodeJS.ProcessEnv, limitMs: number): Promise<string | null> {
  const folder = mkdtempSync(join(tmpdir(), "jeda-plugin-"));
  const file = join(folder, "output");
  const output = openSync(file, "w", 0o600);
  return new Promise<string | null>((resolve) => {
    const child = spawn(cli, [...pluginWords], { env, stdio: ["ignore", output, output] });
    let isLate = false;
    const ending = setTimeout(() => {
      isLate = true;
      child.kill("SIGTERM");
    }, limitMs);
    const killing = setTimeout(() => child.kill("SIGKILL"), limitMs + 5_000);
    const ended = (said: string) => {
      clearTimeout(ending);
      clearTimeout(killing);
      resolve(isLate ? null : said);
    };
    child.once("error", (error) => ended(error.message));
    child.once("exit", () =>
      ended(readFileSync(file, "utf8").trim().split("\n").at(-1) || "it said nothing"),
    );
  }).finally(() => {
    closeSync(output);
    rmSync(folder, { recursive: true, force: true });
  });
}
