/** Asking an edge that may not answer: a connection that stalls says nothing for a long time. */
import { JedaError } from "../../model/errors.ts";
import type { EdgeHold, Night } from "../context/window-context.ts";

/**
 * What `work` gives, if it comes within so many milliseconds. The work itself goes on: what it asked an edge to do
 * late is outdated by the release's fence.
 * @throws what the work throws, or JedaError UNREACHABLE.
 */
export async function inTime<T>(night: Night, edge: EdgeHold, work: Promise<T>, ms: number): Promise<T> {
  const over = new AbortController();
  const late = night.runtime.clock.sleep(ms, over.signal).then(() => {
    if (over.signal.aborted) return undefined;
    throw new JedaError("UNREACHABLE", `the edge ${edge.planned.name} did not answer within ${ms} ms`, {
      hint: "a connection that stalls is often a firewall in between, or an edge under load",
      changed: "unknown: the command may still be carried out there",
    });
  });
  try {
    return (await Promise.race([work, late])) as T;
  } finally {
    over.abort();
  }
}
