/**
 * `jeda window release --reason TEXT [--id ID] [--by WHO] [--stack STACK]`: every segment comes back now. The backup
 * host does it and journals who and why; when it can't be reached, each edge is released from here, with the
 * window key of whoever asks.
 */
import { fileURLToPath } from "node:url";
import { loadFromStackFile } from "../../config/load.ts";
import { sshEdge } from "../../host/edge-client.ts";
import { JedaError } from "../../model/errors.ts";
import { backupHost, needed, windowOptions } from "../options.ts";
import { askRunner } from "../remote-runner.ts";

/** Milliseconds for one edge. */
const releaseMs = 20_000;

export async function run(words: readonly string[]): Promise<number> {
  const options = windowOptions(words);
  const reason = needed(options.reason, "reason", "it goes into the journal and the report");
  const named = options.id === undefined ? [] : ["--window", options.id];
  const request = ["release", ...named, "--by", options.by, "--reason", reason];
  try {
    process.stdout.write(`${await askRunner(backupHost(options), request)}\n`);
    return 0;
  } catch (error) {
    const refused = error instanceof JedaError && error.code === "REFUSED";
    if (!(error instanceof JedaError) || refused) throw error;
    process.stderr.write(`${error.message}; the edges are released from here, and no journal has it\n`);
    return releaseFromHere(options.stack ?? "lab");
  }
}

async function releaseFromHere(stack: string): Promise<number> {
  const project = fileURLToPath(new URL("../../..", import.meta.url));
  const { edges } = loadFromStackFile(stack, project).hospital;
  const answers = await Promise.allSettled(
    edges.map((edge) => sshEdge(edge, "window", { timeoutMs: releaseMs }).release(0)),
  );
  const told = edges.map(({ name }, index) => {
    const answer = answers[index];
    const why = answer?.status === "rejected" ? { why: String((answer.reason as Error).message) } : {};
    return { name, released: answer?.status === "fulfilled", ...why };
  });
  process.stdout.write(`${JSON.stringify({ id: null, edges: told })}\n`);
  return told.every(({ released }) => released) ? 0 : 1;
}
