/** What earlier windows of this hospital learned of its sources. Pure. */
import type { PastRun } from "../../estimate/duration.ts";
import { leavesOut } from "../../model/runbook-order.ts";
import type { SourceState, WindowStatus } from "../journal/status.ts";

/** What the journals of this host say, in any order. Pulumi's outputs have the last one (`proof/past.ts`). */
export function pastRuns(windows: readonly WindowStatus[], hospital: string): readonly PastRun[] {
  const own = windows.filter(({ plan }) => plan.hospital === hospital);
  return own.flatMap(({ plan, sources, at }) =>
    sources
      .filter(({ name, state }) => !leavesOut(plan.runbook.without, name) && learned.has(state))
      .map(({ name, state, bytes, surveyedBytes, durationMs }) => {
        return { source: name, saved: state === "saved", bytes, surveyedBytes, durationMs, at };
      }),
  );
}

const learned: ReadonlySet<SourceState> = new Set(["saved", "failed", "skipped"]);
