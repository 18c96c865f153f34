/** Asking the runner to change something, after making sure that it holds the hospital that is meant. */
import { JedaError } from "../model/errors.ts";
import { type Aim, ofStack } from "./aim.ts";
import { askRunner, askRunnerJson } from "./remote-runner.ts";

/**
 * What the runner answered.
 * @throws JedaError REFUSED when its window is another hospital's: an alias may lead to the wrong host
 */
export async function askOwnRunner(aim: Aim, request: readonly string[], id?: string): Promise<string> {
  await demandHospital(aim, id);
  return askRunner(aim.destination, request);
}

/** @throws JedaError REFUSED as `askOwnRunner`; UNREACHABLE. Without a stack nothing is known to compare with. */
export async function demandHospital({ destination, stack }: Aim, id?: string): Promise<void> {
  if (stack === undefined) return;
  const found = await windowOf(destination, id);
  const own = hospitalOf(stack);
  if (found === null || own === null || found.hospital === own) return;
  throw new JedaError(
    "REFUSED",
    `${destination} holds the window ${found.id} of "${found.hospital}", not one of "${own}" (stack ${stack})`,
    {
      hint: `check --stack and where ssh_config leads ${destination}; what is meant all the same is asked by --backup ${destination} --id ${found.id}, without --stack`,
    },
  );
}

interface Found {
  readonly id: string;
  readonly hospital: string;
}

/** Null when there is none, or nobody can tell: whoever reconnects is not held up by that. */
async function windowOf(destination: string, id: string | undefined): Promise<Found | null> {
  const named = id === undefined ? [] : ["--window", id];
  try {
    const words = ["status", "--look", ...named];
    return (await askRunnerJson<{ readonly window: Found | null }>(destination, words)).window;
  } catch (error) {
    if (error instanceof JedaError && error.code === "UNREACHABLE") throw error;
    return null;
  }
}

function hospitalOf(stack: string): string | null {
  try {
    return ofStack(stack).hospital.name;
  } catch {
    return null;
  }
}
