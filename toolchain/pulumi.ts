/** `npm run -s pulumi -- ARG…`: Pulumi by the toolchain, on the lab's state unless the environment names its own. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { backendDir } from "../lab/state.ts";
import { stackNames } from "../src/config/stack-file.ts";
import { become } from "./become.ts";
import { ensureToolchain } from "./ensure.ts";
import { currentLab, prepareBackend, pulumiEnvironment } from "./environment.ts";
import { failed } from "./failed.ts";
import { opsPrefix } from "./ops.ts";
import { repository } from "./paths.ts";
import { say } from "./progress.ts";

function stackNamed(words: readonly string[]): string | undefined {
  const at = words.findIndex((word) => word === "--stack" || word === "-s");
  const named = at < 0 ? words.find((word) => word.startsWith("--stack="))?.slice(8) : words[at + 1];
  return stackNames(repository).find((name) => name === named);
}

/** A file backend keeps one file for each stack. */
function isMade(lab: string, stack: string): boolean {
  return existsSync(join(backendDir(lab), ".pulumi/stacks/jeda", `${stack}.json`));
}

function notMade(stack: string): string {
  return `the lab's state has no stack ${stack}; "npm run preview -- --stack ${stack}" needs none, and "npm run -s pulumi -- stack init ${stack}" makes it`;
}

try {
  await ensureToolchain();
  const lab = currentLab();
  const { pulumi, variables, isLab } = pulumiEnvironment(lab);
  const prefix = isLab ? await opsPrefix(lab) : [];
  if (isLab) {
    prepareBackend(lab);
    const words = process.argv.slice(2);
    const stack = stackNamed(words);
    if (stack !== undefined && !isMade(lab, stack) && !words.includes("init")) say(notMade(stack));
  }
  await become([...prefix, pulumi, ...process.argv.slice(2)], { ...process.env, ...variables });
} catch (error) {
  failed(error);
}
