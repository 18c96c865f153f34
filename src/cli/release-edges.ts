/** The last way to reconnect: each edge is told from here, with the window key of whoever asks. */
import { sshEdge } from "../host/edge-client.ts";
import { JedaError } from "../model/errors.ts";
import { aimOf, demandStack, ofStack } from "./aim.ts";
import type { WindowOptions } from "./options.ts";
import { askOwnRunner } from "./own-runner.ts";

/** Milliseconds for one edge. */
const releaseMs = 20_000;

/**
 * Asks the runner, or where the backup host can't be reached releases every edge. Resolves with the exit code.
 * @throws JedaError REFUSED with the runner's own words when it refused; CONFIG with the line to type where only the
 *   backup host was named and can't be reached
 */
export async function askOrRelease(
  options: WindowOptions,
  request: readonly string[],
  onAnswer: (answer: string) => void,
): Promise<number> {
  const aim = aimOf(options);
  try {
    onAnswer(await askOwnRunner(aim, request, options.id));
    return 0;
  } catch (error) {
    if (!(error instanceof JedaError) || error.code === "REFUSED" || error.code === "CONFIG") throw error;
    if (aim.stack === undefined) {
      const message = `${error.message}; whose edges to release instead is not known: nothing names the stack`;
      return demandStack(message, aim.destination);
    }
    process.stderr.write(
      `${error.message}\nthe edges are released from here; the runner could not be told who and why, so no journal has it: a runner that is alive finds the edges released within 5 s, isolates nothing again and ends as failed\n`,
    );
    return releaseFromHere(aim.stack);
  }
}

async function releaseFromHere(stack: string): Promise<number> {
  const { edges } = ofStack(stack).hospital;
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
