/** The lab's state and its public passphrase are for the lab's own stack: anybody else's is refused, not taken in. */
import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { JedaError } from "../src/model/errors.ts";
import { repository } from "../toolchain/paths.ts";
import { shellWord } from "../toolchain/shell-word.ts";
import { isLabStack, isNewProject, namedStacks, needsNoStack, projectOf } from "./named-stack.ts";
import { opensWith } from "./passphrase.ts";

/** Whether the words are about a Pulumi project that is not this clone. */
export function isForeignProject(words: readonly string[], cwd: string): boolean {
  if (isNewProject(words)) return true;
  const project = projectOf(words, cwd);
  return project === null || realpathSync(project) !== repository;
}

/**
 * Of an environment that names no backend. Nothing was changed.
 * @param home where Pulumi remembers which stack was selected
 * @throws JedaError CONFIG when a stack of one's own is meant, or may be
 */
export function demandLabStack(words: readonly string[], environment: NodeJS.ProcessEnv, home: string): void {
  const named = namedStacks(words, environment);
  const selected = named.length > 0 || needsNoStack(words) ? undefined : selectedStack(home);
  const own = [...named, ...(selected === undefined ? [] : [selected])].find((name) => !isLabStack(name));
  if (own === undefined) return;
  const name = own === "" ? "NAME" : (own.split("/").at(-1) ?? own);
  const which =
    selected !== undefined
      ? `the selected stack is ${name}`
      : own === ""
        ? "a stack is to be named that may not be the lab's"
        : `the stack ${name} is not the lab's`;
  throw new JedaError(
    "CONFIG",
    `${which}, and the environment names no place for its state: the lab's goes with the lab, and its passphrase is public`,
    { hint: ownBackend(name, words, selected !== undefined) },
  );
}

/**
 * The lab's window opens the secrets of its own stack: by a passphrase that the environment names for another one it
 * would end in the middle.
 * @throws JedaError CONFIG before anything is done
 */
export function demandLabPassphrase(environment: NodeJS.ProcessEnv, file: string): void {
  const { PULUMI_CONFIG_PASSPHRASE: word, PULUMI_CONFIG_PASSPHRASE_FILE: path } = environment;
  if (!word && !path) return;
  if (word ? opensWith(word, file) : existsSync(path ?? "") && opensWith(passphraseIn(path ?? ""), file))
    return;
  const name = word ? "PULUMI_CONFIG_PASSPHRASE" : "PULUMI_CONFIG_PASSPHRASE_FILE";
  throw new JedaError("CONFIG", `${name} holds another passphrase than that of the lab's stack`, {
    hint: "unset PULUMI_BACKEND_URL PULUMI_CONFIG_PASSPHRASE PULUMI_CONFIG_PASSPHRASE_FILE, and type it again",
  });
}

/** As Pulumi reads it: without the white space around it. */
const passphraseIn = (path: string): string => readFileSync(path, "utf8").trim();

function ownBackend(stack: string, words: readonly string[], selected: boolean): string {
  const typed = words.map(shellWord).join(" ");
  return [
    "name a place and a passphrase of its own (docs/state.md), and type it again:",
    "  export PULUMI_BACKEND_URL='postgres://…'   # or file://DIRECTORY, which has to exist",
    "  export PULUMI_CONFIG_PASSPHRASE_FILE=FILE  # or PULUMI_CONFIG_PASSPHRASE",
    `  npm run -s pulumi -- ${typed}`,
    ...(selected ? [`or mean the lab's: npm run -s pulumi -- ${typed} --stack lab`] : []),
    ...(stack === "NAME" ? [] : [`to look only: npm run -s preview -- --stack ${stack}`]),
  ].join("\n");
}

/** What `pulumi stack select` wrote down for this clone; undefined when nothing can be read. */
function selectedStack(home: string): string | undefined {
  const project = createHash("sha1").update(join(repository, "Pulumi.yaml")).digest("hex");
  const file = join(home, "workspaces", `jeda-${project}-workspace.json`);
  try {
    const { stack } = existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { stack?: unknown }) : {};
    return typeof stack === "string" && stack !== "" ? stack : undefined;
  } catch {
    return undefined;
  }
}
