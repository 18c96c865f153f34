/**
 * What a lab's Pulumi backend holds of stacks that are not the lab's. The lab goes, that stays: it is put where neither
 * `lab:down`, the next lab nor a reboot reaches it.
 */
import { cpSync, existsSync, mkdirSync, readdirSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

export interface KeptState {
  readonly stacks: readonly string[];
  /** A file backend. */
  readonly directory: string;
}

/** The project and name of each, as `jeda/melati`. */
export function othersStacks(backend: string): readonly string[] {
  const folder = join(backend, ".pulumi/stacks");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.json(?:\.gz)?$/.test(file))
    .map((file) => file.replace(/\.json(?:\.gz)?$/, ""))
    .filter((name) => name !== "jeda/lab");
}

/** Copies it to a folder of its own below the user's state; null when there is none. Throws when it can't be copied. */
export function keepOthersState(
  id: string,
  backend: string,
  environment: NodeJS.ProcessEnv = process.env,
): KeptState | null {
  const stacks = othersStacks(backend);
  if (stacks.length === 0) return null;
  const state = environment.XDG_STATE_HOME || join(homedir(), ".local/state");
  const directory = freshFolder(join(state, "jeda/kept", id));
  // Locks of a command line that is gone would only be in the way.
  const isLabs = (path: string) => /\/jeda\/lab(?:\.json[^/]*)?$|\/\.pulumi\/locks$/.test(path);
  cpSync(backend, directory, { recursive: true, filter: (path) => !isLabs(path), preserveTimestamps: true });
  return { stacks, directory };
}

/** Numbered, so that what was kept before is never written over. */
function freshFolder(wanted: string): string {
  for (let number = 1; ; number++) {
    const folder = number === 1 ? wanted : `${wanted}-${number}`;
    if (statSync(folder, { throwIfNoEntry: false }) !== undefined) continue;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    return folder;
  }
}

/** For people: where it is, and how it gets to a place of its own. */
export function keptText({ stacks, directory }: KeptState): string {
  const [first = ""] = stacks;
  const name = first.split("/").at(-1);
  const listed = stacks.join(", ");
  return [
    `kept: the state of ${stacks.length === 1 ? "the stack" : "the stacks"} ${listed}, not the lab's, in ${directory}`,
    `  to look at it: PULUMI_BACKEND_URL=file://${directory} npm run -s pulumi -- stack export --stack ${name}`,
  ].join("\n");
}
