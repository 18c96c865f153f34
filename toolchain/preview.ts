/**
 * `npm run preview -- --stack S [ARG…]`: a preview that works on a laptop too. Where no backend is named and the stack
 * is not in the lab's, a file backend of previews' own is used and the stack is made in it without asking; hosts that
 * can't be reached are said, and everything else is shown.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { stackFileOf } from "../src/config/stack-file.ts";
import { become } from "./become.ts";
import { ensureToolchain } from "./ensure.ts";
import { currentLab, labPassphrase, pulumiEnvironment } from "./environment.ts";
import { failed } from "./failed.ts";
import { opsPrefix } from "./ops.ts";
import { cacheDir, repository } from "./paths.ts";
import { say } from "./progress.ts";

/** `--stack S` of the words, in one of its forms; "lab" where there is none. */
function stackOf(words: readonly string[]): { readonly stack: string; readonly rest: readonly string[] } {
  const rest: string[] = [];
  let stack = "lab";
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "--stack" || word === "-s") stack = words[++at] ?? "";
    else if (word.startsWith("--stack=")) stack = word.slice("--stack=".length);
    else rest.push(word);
  }
  stackFileOf(stack, repository);
  return { stack, rest };
}

try {
  const { stack, rest } = stackOf(process.argv.slice(2));
  await ensureToolchain();
  const lab = currentLab();
  const { pulumi, variables, isLab } = pulumiEnvironment(lab);
  const environment: NodeJS.ProcessEnv = { ...process.env, ...variables };
  const prefix = isLab ? await opsPrefix(lab) : [];
  const quiet = { cwd: repository, reject: false, all: true, stdin: "ignore", timeout: 60_000 } as const;
  const known = async () =>
    (await execa(pulumi, ["stack", "export", "--stack", stack], { ...quiet, env: environment })).exitCode ===
    0;
  if (isLab && (prefix.length === 0 || !(await known()))) {
    const backend = join(cacheDir(), "previews");
    mkdirSync(backend, { recursive: true, mode: 0o700 });
    environment.PULUMI_BACKEND_URL = `file://${backend}`;
    environment.PULUMI_CONFIG_PASSPHRASE ??= labPassphrase;
    if (!(await known())) {
      const made = await execa(pulumi, ["stack", "init", stack, "--no-select"], {
        ...quiet,
        env: environment,
      });
      if (made.exitCode !== 0)
        throw new Error(`the stack ${stack} could not be made for previews: ${made.all}`);
    }
    say(
      `${stack} was never applied from here: everything is shown as new, compared with no host (state: ${backend})`,
    );
  }
  await become([...prefix, pulumi, "preview", "--stack", stack, ...rest], environment);
} catch (error) {
  failed(error);
}
