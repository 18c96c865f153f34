/** A stack's file as text: which one it is, and its configuration with positions. */
import { existsSync, readdirSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { JedaError, JedaErrors } from "../model/errors.ts";
import { isMap } from "./yaml/invalid.ts";
import { below, type PositionedYaml, type Positions, readYaml } from "./yaml/positions.ts";
import { readText } from "./yaml/read-text.ts";

/** `stackConfigDir` of Pulumi.yaml. */
const FOLDER = "stacks";

export const PREFIX = "jeda:";

export interface StackFile {
  readonly yaml: PositionedYaml;
  /** Keys without "jeda:"; values as YAML 1.2 reads them, secrets still as `{ secure: … }`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Paths start at a key without "jeda:". */
  readonly positions: Positions;
}

/**
 * The file of a stack, as shown to people: relative to the project.
 * @throws JedaErrors when it is neither a stack's name nor a YAML file
 */
export function stackFileOf(stackOrPath: string, projectDir: string): string {
  if (/\.ya?ml$/.test(stackOrPath)) return relative(projectDir, resolve(projectDir, stackOrPath));
  // Pulumi's full name of a stack is organization/project/stack.
  const stack = stackOrPath.split("/").at(-1) ?? "";
  if (!/^(?:[A-Za-z0-9_-][A-Za-z0-9._-]*\/){0,2}[A-Za-z0-9._-]+$/.test(stackOrPath)) {
    const hint = "name a stack such as lab, or a file such as stacks/Pulumi.lab.yaml";
    throw new JedaErrors([
      new JedaError("CONFIG", `${JSON.stringify(stackOrPath)} is not the name of a stack`, { hint }),
    ]);
  }
  return `${FOLDER}/Pulumi.${stack}.yaml`;
}

/**
 * @returns undefined when there is no such file
 * @throws JedaErrors when it can't be read or is not YAML
 */
export function readStackFile(file: string, projectDir: string): StackFile | undefined {
  const text = readText(file, projectDir);
  return text === undefined ? undefined : parseStackFile(file, text);
}

export function parseStackFile(file: string, text: string): StackFile {
  const yaml = readYaml(file, text);
  const all = isMap(yaml.content) && isMap(yaml.content.config) ? yaml.content.config : {};
  const config = Object.fromEntries(
    Object.entries(all)
      .filter(([key]) => key.startsWith(PREFIX))
      .map(([key, value]) => [key.slice(PREFIX.length), value]),
  );
  const positions = below(yaml.positions, ([key, ...rest]) => ["config", `${PREFIX}${key}`, ...rest]);
  return { yaml, config, positions };
}

/** The stacks that have a file. */
export function stackNames(projectDir: string): string[] {
  const folder = join(projectDir, FOLDER);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((file) => /^Pulumi\.(.+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}
