/** The environment in which Pulumi, and the commands it runs, work on a lab or on a named backend. */
import { existsSync, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { backendDir, twoEdgesFile } from "../lab/state.ts";
import { officialPulumi } from "../toolchain/build/official.ts";
import { pulumiHome, toolBin, toolchainDir } from "../toolchain/paths.ts";
import { say } from "../toolchain/progress.ts";

/** Of the labs: their state is on this machine alone and their secrets are made up. */
export const labPassphrase = "jeda-lab";

export interface PulumiEnvironment {
  /** Absolute path of the CLI: the official one if there is one that fits, otherwise the toolchain's. */
  readonly pulumi: string;
  /** Only what has to be set; the rest of the caller's environment stays. */
  readonly variables: { readonly [name: string]: string };
  /** Whether the caller's environment left the backend to us, so that this is the lab's. */
  readonly isLab: boolean;
}

/** Pure: `official` is what `officialPulumi()` found. */
export function describeEnvironment(
  labId: string,
  given: NodeJS.ProcessEnv,
  official: string | null,
): PulumiEnvironment {
  const isLab = !given.PULUMI_BACKEND_URL;
  const variables: { [name: string]: string } = {
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Otherwise the CLI asks the network who the CI's pull request belongs to, and says so.
    PULUMI_DISABLE_CI_DETECTION: given.PULUMI_DISABLE_CI_DETECTION ?? "true",
    JEDA_LAB: labId,
  };
  if (isLab) {
    variables.PULUMI_BACKEND_URL = `file://${backendDir(labId)}`;
    // The selection that Pulumi remembers belongs to the folder, and would be shared by labs side by side.
    variables.PULUMI_STACK = given.PULUMI_STACK ?? "lab";
    // For jeda's own command line. With a backend of one's own nobody else's stack is suggested.
    variables.JEDA_STACK = given.JEDA_STACK || labStack(labId);
  }
  if (!given.PULUMI_CONFIG_PASSPHRASE && !given.PULUMI_CONFIG_PASSPHRASE_FILE) {
    if (isLab) variables.PULUMI_CONFIG_PASSPHRASE = labPassphrase;
  }
  const node = join(toolchainDir(), "node/bin");
  if (official === null) variables.PULUMI_HOME = pulumiHome();
  const first = official === null ? [join(toolchainDir(), "bin"), node] : [node];
  const rest = (given.PATH ?? "").split(delimiter).filter((folder) => !first.includes(folder));
  variables.PATH = [...first, ...rest].join(delimiter);
  return { pulumi: official ?? toolBin("pulumi"), variables, isLab };
}

/** The stack's name, or the file of a lab with two edges, so that none of them is left out. */
function labStack(labId: string): string {
  return existsSync(twoEdgesFile(labId)) ? twoEdgesFile(labId) : "lab";
}

/** Where Pulumi keeps its plugins, and which stack is selected where. */
export function homeOf({ variables }: PulumiEnvironment, given: NodeJS.ProcessEnv = process.env): string {
  return variables.PULUMI_HOME ?? (given.PULUMI_HOME || join(homedir(), ".pulumi"));
}

/** For the lab `labId` by the process's own environment. */
export function pulumiEnvironment(labId: string, given: NodeJS.ProcessEnv = process.env): PulumiEnvironment {
  return describeEnvironment(labId, given, officialPulumi(given));
}

/** `JEDA_LAB`, or the one lab that most machines have. */
export function currentLab(environment: NodeJS.ProcessEnv = process.env): string {
  return environment.JEDA_LAB || "lab";
}

/**
 * A file backend's directory has to exist; the checkpoints in it are root's alone. Who may not make it is told, and
 * goes on: not every command needs a backend.
 */
export function prepareBackend(labId: string): void {
  try {
    mkdirSync(backendDir(labId), { recursive: true, mode: 0o700 });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    say(
      `no place for the lab's state (${reason}); be root, or name a backend: PULUMI_BACKEND_URL=file://$HOME/state`,
    );
  }
}
