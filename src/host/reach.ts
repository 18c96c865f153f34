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
  }));
  const { name, ssh } = hospital.backupHost;
  const hosts = [...edges, { name: `backup host ${name}`, ssh, words: ["true"] }];
  const found = await Promise.all(hosts.map((host) => reach(host.name, host.ssh, host.words)));
  const errors = found.filter((error) => error !== null);
  if (errors.length > 0) throw new JedaErrors(errors);
}

async function reach(name: string, ssh: string, words: readonly string[]): Promise<JedaError | null> {
  try {
    await runSsh(ssh, words, { timeoutMs: answerWithinMs });
    return null;
  } catch (error) {
    if (!(error instanceof JedaError)) throw error;
    return new JedaError(error.code, `${name}: ${error.message}`, {
      ...(error.hint === undefined ? {} : { hint: error.hint }),
      cause: error,
    });
  }
}
