/** Before anything is declared: is every host there, with the host key it had, and does it accept our key? */
import { JedaError, JedaErrors } from "../model/errors.ts";
import type { Hospital } from "../model/hospital.ts";
import { runSsh } from "./ssh.ts";

const answerWithinMs = 20_000;

/** @throws JedaErrors with one error for each host that can't be reached; nothing has been changed then */
export async function reachEverything(hospital: Hospital): Promise<void> {
  const edges = hospital.edges.map((edge) => ({
    name: `edge ${edge.name}`,
    ssh: edge.ssh.read,
    words: ["clock"],
    forced: true,
  }));
  const { name, ssh } = hospital.backupHost;
  const hosts = [...edges, { name: `backup host ${name}`, ssh, words: ["true"], forced: false }];
  const found = await Promise.all(hosts.map((host) => reach(host)));
  const errors = found.filter((error) => error !== null);
  if (errors.length > 0) throw new JedaErrors(errors);
}

interface Asked {
  readonly name: string;
  readonly ssh: string;
  readonly words: readonly string[];
  readonly forced: boolean;
}

async function reach({ name, ssh, words, forced }: Asked): Promise<JedaError | null> {
  try {
    await runSsh(ssh, words, { timeoutMs: answerWithinMs, forced });
    return null;
  } catch (error) {
    if (!(error instanceof JedaError)) throw error;
    return new JedaError(error.code, `${name}: ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}
