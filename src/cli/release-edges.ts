/** The last way to reconnect: each edge is told from here, with the window key of whoever asks. */
import { sshEdge } from "../host/edge-client.ts";
import { JedaError } from "../model/errors.ts";
import { backupHost, configured, type WindowOptions } from "./options.ts";
import { askRunner } from "./remote-runner.ts";

/** Milliseconds for one edge. */
const releaseMs = 20_000;

/**
 * Asks the runner, or where the backup host can't be reached releases every edge. Resolves with the exit code.
 * @throws JedaError REFUSED with the runner's own words when it refused
 */
export async function askOrRelease(
  options: WindowOptions,
  request: readonly string[],
  onAnswer: (answer: string) => void,
): Promise<number> {
  try {
    onAnswer(await askRunner(backupHost(options), request));
    return 0;
  } catch (error) {
    if (!(error instanceof JedaError) || error.code === "REFUSED" || error.code === "CONFIG") throw error;
    process.stderr.write(
      `${error.message}\nthe edges are released from here; the runner could not be told who and why, so no journal has it: a runner that is alive finds the edges released within 5 s, isolates nothing again and ends as failed\n`,
    );
    return releaseFromHere(options.stack);
  }
}

async function releaseFromHere(stack: string | undefined): Promise<number> {
  const { edges } = configured(stack).hospital;
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
