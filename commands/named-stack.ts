/** What the words for Pulumi are about: which verb, which stack, which project. Pure but for looking for Pulumi.yaml. */
import { existsSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { JedaError } from "../src/model/errors.ts";

/** Flags of Pulumi's that take the next word, wherever they are known. */
const always =
  "-C --cwd -s --stack -m --message -p --parallel -v --verbose --config --target --replace --dest --source --color --tracing --otel-traces --profiling --config-file --stack-config-file --exclude --target-replace --policy-pack --policy-pack-config --save-plan --plan --import-file --file --secrets-provider --copy-config-from --teams --memprofilerate";
/** Those that take it with some verbs and are a mere switch with others: `up -c KEY=VALUE`, `stack select -c NAME`. */
const sometimes = "-c -t -x -f -o";

const usual = new Set(`${always} ${sometimes}`.split(" "));
const copying = new Set([...usual, "-d"]);
const fewest = new Set(always.split(" "));

interface Read {
  /** What is neither a flag nor a flag's value. */
  readonly positionals: readonly string[];
  readonly values: readonly (readonly [flag: string, value: string])[];
}

function readBy(valued: ReadonlySet<string>, words: readonly string[]): Read {
  const end = words.indexOf("--");
  const before = end < 0 ? words : words.slice(0, end);
  const positionals: string[] = [];
  const values: [string, string][] = [];
  for (let at = 0; at < before.length; at += 1) {
    const word = before[at] ?? "";
    const [, long, given] = /^(--[^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (long !== undefined) {
      if (given !== undefined) values.push([long, given]);
      else if (valued.has(long)) values.push([long, before[++at] ?? ""]);
    } else if (/^-[A-Za-z]/.test(word)) {
      // One dash and several letters: -ys NAME, -sNAME, -s=NAME.
      const letters = [...(/^[A-Za-z]+/.exec(word.slice(1))?.[0] ?? "")];
      const index = letters.findIndex((letter) => valued.has(`-${letter}`));
      if (index < 0) continue;
      const rest = word.slice(index + 2).replace(/^=/, "");
      values.push([`-${letters[index]}`, rest === "" ? (before[++at] ?? "") : rest]);
    } else positionals.push(word);
  }
  return { positionals: [...positionals, ...(end < 0 ? [] : words.slice(end + 1))], values };
}

/** As Pulumi reads them. */
function read(words: readonly string[]): Read {
  const found = readBy(usual, words);
  const [verb, below = ""] = found.positionals;
  return verb === "config" && ["cp", "copy"].includes(below) ? readBy(copying, words) : found;
}

const stackFlags = ["-s", "--stack", "-d", "--dest", "--source", "--copy-config-from"];

/** Verbs of `pulumi stack` whose words are no names of stacks. Of any other they are taken for such. */
const naming = (below: string): boolean =>
  !"ls list export output outputs graph history hist import change-secrets-provider tag drift schedule webhook"
    .split(" ")
    .includes(below);

function named({ positionals, values }: Read): readonly string[] {
  const flagged = values.filter(([flag]) => stackFlags.includes(flag)).map(([, value]) => value);
  const [verb, below = "", ...rest] = positionals;
  if (verb === "cancel") return [...flagged, ...positionals.slice(1)];
  return verb === "stack" && naming(below) ? [...flagged, ...rest] : flagged;
}

/**
 * Every stack that the words or PULUMI_STACK name, the likeliest first. What a later Pulumi may read otherwise counts in
 * both readings: who asks wants to miss none.
 */
export function namedStacks(words: readonly string[], environment: NodeJS.ProcessEnv): readonly string[] {
  const found = new Set([...named(read(words)), ...named(readBy(fewest, words))]);
  if (found.size > 0) return [...found];
  // These ask for a name, and take any.
  const [verb, below = ""] = read(words).positionals;
  if (verb === "stack" && ["init", "new", "select"].includes(below)) return [""];
  return environment.PULUMI_STACK ? [environment.PULUMI_STACK] : [];
}

/** @throws JedaError CONFIG when two stacks are named where one is meant: Pulumi would take the last without a word */
export function demandOneStack(words: readonly string[]): void {
  const given = read(words).values.filter(([flag]) => flag === "-s" || flag === "--stack");
  const names = [...new Set(given.map(([, name]) => name))];
  if (names.length < 2) return;
  throw new JedaError("CONFIG", `--stack names more than one stack: ${names.join(", ")}`, {
    hint: "name one, and type the line once for each",
  });
}

/** Whether the words only show what would be done. */
export function isPreview(words: readonly string[]): boolean {
  const verb = read(words).positionals[0];
  if (verb === "preview" || verb === "pre") return true;
  return words.some((word) => /^--preview-only(?:=|$)/.test(word) && !/=(?:0|f|false)$/i.test(word));
}

const stackless =
  "help version plugin login logout whoami schema gen-completion stack/ls stack/list stack/select stack/unselect";

/** Whether the words are about no stack's state, so that it matters little which one is selected. */
export function needsNoStack(words: readonly string[]): boolean {
  const [verb, below] = read(words).positionals;
  if (verb === undefined || words.some((word) => word === "--help" || word === "-h")) return true;
  return stackless.split(" ").some((one) => one === verb || one === `${verb}/${below}`);
}

/** Whether the words make a project of their own. */
export const isNewProject = (words: readonly string[]): boolean => read(words).positionals[0] === "new";

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
