/** What several edges hold, or none of them: an edge that says nothing must not keep the others waiting for long. */

import type { EdgeHold, Night } from "../context/window-context.ts";
import { inTime } from "./with-timeout.ts";

/** So long one edge is waited for while the others may already hold the lease. Milliseconds. */
const togetherMs = 15_000;

/**
 * Resolves when every one of these edges has done it. Each is asked, also when another has refused: whoever calls
 * this undoes it on all. Of a hospital with one edge nobody is waiting, and it may take its time.
 * @throws what the first edge that refused said, or JedaError UNREACHABLE for one that did not answer within 15 s.
 */
export async function together(
  night: Night,
  edges: readonly EdgeHold[],
  work: (edge: EdgeHold) => Promise<void>,
): Promise<void> {
  const alone = night.edges.length === 1;
  const answers = await Promise.allSettled(
    edges.map((edge) => (alone ? work(edge) : inTime(night, edge, work(edge), togetherMs))),
  );
  const refused = answers.find((answer) => answer.status === "rejected");
  if (refused !== undefined) throw refused.reason;
}
