/** What the words for Pulumi are about: which verb, which stack, which project. Pure but for looking for Pulumi.yaml. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Flags of Pulumi's that take the next word, as far as they may stand before or beside what is looked for. */
const valued = new Set(
  "-C --cwd -s --stack -c --config -m --message -p --parallel -v --verbose -t --target -r --replace -d --dest --source --color --tracing --profiling --config-file --stack-config-file --exclude --target-replace --policy-pack --policy-pack-config --save-plan --plan --file --secrets-provider --copy-config-from".split(
    " ",
  ),
);

interface Read {
  /** What is neither a flag nor a flag's value. */
  readonly positionals: readonly string[];
  readonly values: readonly (readonly [flag: string, value: string])[];
}

function read(words: readonly string[]): Read {
  const positionals: string[] = [];
  const values: [string, string][] = [];
  for (let at = 0; at < words.length && words[at] !== "--"; at += 1) {
    const word = words[at] ?? "";
    const [, long, given] = /^(--[^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (long !== undefined) {
      if (given !== undefined) values.push([long, given]);
      else if (valued.has(long)) values.push([long, words[++at] ?? ""]);
    } else if (/^-[A-Za-z]/.test(word)) {
      // One dash and several letters: -ys NAME, -sNAME, -s=NAME.
      const letters = [...word.slice(1)];
      const index = letters.findIndex((letter) => valued.has(`-${letter}`));
      if (index < 0) continue;
      const rest = letters
        .slice(index + 1)
        .join("")
        .replace(/^=/, "");
      values.push([`-${letters[index]}`, rest === "" ? (words[++at] ?? "") : rest]);
    } else positionals.push(word);
  }
  return { positionals, values };
}

const stackFlags = ["-s", "--stack", "-d", "--dest", "--source", "--copy-config-from"];

/** Verbs of `pulumi stack` whose first word is the name of a stack. */
const naming = ["init", "select", "rm", "rename", "unselect"];

/** Every stack that the words or PULUMI_STACK name. */
export function namedStacks(words: readonly string[], environment: NodeJS.ProcessEnv): readonly string[] {
  const { positionals, values } = read(words);
  const flagged = values.filter(([flag]) => stackFlags.includes(flag)).map(([, value]) => value);
  const [verb, below = "", name] = positionals;
  const positional = verb === "stack" && naming.includes(below) && name !== undefined ? [name] : [];
  const named = [...flagged, ...positional];
  if (named.length > 0) return named;
  // `stack init` alone asks for a name.
  if (verb === "stack" && below === "init") return [""];
  return environment.PULUMI_STACK ? [environment.PULUMI_STACK] : [];
}

export function verbOf(words: readonly string[]): string | undefined {
  return read(words).positionals[0];
}

/** The last value of a flag. */
export function flagValue(words: readonly string[], ...flags: readonly string[]): string | undefined {
  return read(words).values.findLast(([flag]) => flags.includes(flag))?.[1];
}

/** The folder of the Pulumi.yaml that the words are about, by `-C` or the working directory; null when there is none. */
export function projectOf(words: readonly string[], cwd: string): string | null {
  const from = resolve(cwd, flagValue(words, "-C", "--cwd") ?? ".");
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "Pulumi.yaml"))) return folder;
    if (dirname(folder) === folder) return null;
  }
}

/** The lab's own stack, by its name alone or Pulumi's full one. */
export const isLabStack = (name: string): boolean => /^(?:organization\/(?:jeda\/)?)?lab$/.test(name);
