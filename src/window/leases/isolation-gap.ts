/** An isolation that was not whole: between when it was last seen and when it was back. */
import type { EdgeHold, Night } from "../context/window-context.ts";

/** @param since ISO 8601: when this edge was last seen to hold the isolation. */
export function interrupted(
  night: Night,
  edge: EdgeHold,
  since: string,
  why = "its kernel no longer held the isolation",
): void {
  const segments = night.plan.segments.filter((segment) => segment.isolate).map(({ name }) => name);
  night.recorder.record({ type: "interrupted", edge: edge.planned.name, segments, since, why });
}

/** Whether the isolation is known to have a hole whose end nobody has written yet; of one edge, or of any. */
export function hasGap({ recorder }: Night, edge?: string): boolean {
  return recorder.status.interruptions.some(
    (one) => one.until === null && (edge === undefined || one.edge === edge),
  );
}
