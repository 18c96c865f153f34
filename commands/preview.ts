/**
 * `npm run preview -- --stack S [ARG…]`: a preview that works on a laptop too. Where no backend is named and the stack
 * is not in the lab's, a file backend of previews' own is used and the stack is made in it without asking; hosts that
 * can't be reached are said, and everything else is shown. The stack's file stays as it is.
 */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { stackFileOf } from "../src/config/stack-file.ts";
import { JedaError } from "../src/model/errors.ts";
import { ensureToolchain } from "../toolchain/ensure.ts";
import { cacheDir, repository } from "../toolchain/paths.ts";
import { failed } from "../toolchain/print-failure.ts";
import { say } from "../toolchain/progress.ts";
import { become } from "../toolchain/run-foreground.ts";
import { onACopy } from "./config-copy.ts";
import { currentLab, labPassphrase, pulumiEnvironment } from "./environment.ts";
import { demandOneStack, isLabStack, namedStacks } from "./named-stack.ts";
import { opsPrefix } from "./ops.ts";
import { opensWith } from "./passphrase.ts";

const quiet = { cwd: repository, reject: false, all: true, stdin: "ignore", timeout: 60_000 } as const;

/** The shipped examples are sealed with the lab's passphrase, which is public; a stack of one's own never is. */
function demandPassphrase(environment: NodeJS.ProcessEnv, stack: string, file: string): void {
  if (environment.PULUMI_CONFIG_PASSPHRASE || environment.PULUMI_CONFIG_PASSPHRASE_FILE) return;
  if (!opensWith(labPassphrase, file)) {
    throw new JedaError("CONFIG", `the secrets of the stack ${stack} need its passphrase`, {
      hint: "export PULUMI_CONFIG_PASSPHRASE_FILE=FILE (or PULUMI_CONFIG_PASSPHRASE), and type it again",
    });
  }
  environment.PULUMI_CONFIG_PASSPHRASE = labPassphrase;
}

/** Makes `stack` in the backend of previews, from a project that holds a copy of its file and nothing else. */
async function makeStack(pulumi: string, stack: string, copy: string, env: NodeJS.ProcessEnv): Promise<void> {
  const project = join(copy, "..");
  mkdirSync(join(project, "stacks"));
  copyFileSync(join(repository, "Pulumi.yaml"), join(project, "Pulumi.yaml"));
  copyFileSync(copy, join(project, stackFileOf(stack, repository)));
  const made = await execa(pulumi, ["stack", "init", stack, "--no-select", "-C", project], { ...quiet, env });
  if (made.exitCode !== 0) throw new Error(`the stack ${stack} could not be made for previews: ${made.all}`);
}

async function preview(words: readonly string[]): Promise<void> {
  demandOneStack(words);
  const stack = namedStacks(words, process.env)[0] ?? "lab";
  const file = join(repository, stackFileOf(stack, repository));
  await ensureToolchain();
  const lab = currentLab();
  const { pulumi, variables, isLab } = pulumiEnvironment(lab);
  const env: NodeJS.ProcessEnv = { ...process.env, ...variables };
  const prefix = isLab && isLabStack(stack) ? await opsPrefix(lab) : [];
  const known = async () =>
    (await execa(pulumi, ["stack", "export", "--stack", stack], { ...quiet, env })).exitCode === 0;
  const copy = onACopy(words, stack);
  try {
    if (isLab && (prefix.length === 0 || !(await known()))) {
      if (!isLabStack(stack)) {
        delete env.PULUMI_CONFIG_PASSPHRASE;
        Object.assign(env, given("PULUMI_CONFIG_PASSPHRASE"));
        demandPassphrase(env, stack, file);
      }
      const backend = join(cacheDir(), "previews");
      mkdirSync(backend, { recursive: true, mode: 0o700 });
      env.PULUMI_BACKEND_URL = `file://${backend}`;
      if (!(await known())) await makeStack(pulumi, stack, copy.words[1] ?? "", env);
      say(
        `${stack} was never applied from here: everything is shown as new, compared with no host (state: ${backend})`,
      );
    }
    const named = namedStacks(words, {}).length > 0 ? [] : ["--stack", stack];
    await become([...prefix, pulumi, "preview", ...named, ...words, ...copy.words], env);
  } finally {
    copy.remove();
  }
}

const given = (name: string): NodeJS.ProcessEnv =>
  process.env[name] === undefined ? {} : { [name]: process.env[name] };

try {
  await preview(process.argv.slice(2));
} catch (error) {
  failed(error);
}
