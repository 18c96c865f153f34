/**
 * Keeps the leases while the window runs: looks at every edge every few seconds, has what is wrong put right, and
 * renews a heartbeat. It stops as soon as the window is to end: a lease that is still under way then is outdated by
 * the release's fence, for the fence it carries was read before.
 */
import { JedaError } from "../../model/errors.ts";
import type { Night } from "../context/window-context.ts";
import { causeOf } from "../journal/stop-cause.ts";
import { heartbeatMs } from "../leases/lease-request.ts";
import { inTime } from "../leases/with-timeout.ts";
import { lapsed, look } from "./lease-reconcile.ts";

/** Between two looks at an edge, milliseconds; with a heartbeat at least three looks fit into one. */
const lookEveryMs = 5_000;

/** Asked once more before a heartbeat is given up. */
const shortestLookMs = 1_000;

/** Runs until the signal fires or the window is stopped; never rejects. */
export async function guardLeases(night: Night, signal: AbortSignal): Promise<void> {
  const { recorder, runtime } = night;
  const { stop } = recorder;
  const over = AbortSignal.any([signal, stop.signal]);
  const beat = heartbeatMs(night.plan);
  const pauseMs = beat === null ? lookEveryMs : Math.min(lookEveryMs, beat / 4);
  await Promise.all(
    night.edges.map(async (edge) => {
      let heardMs = runtime.clock.bootMs();
      edge.heldAt = recorder.now();
      let said = "";
      while (!over.aborted) {
        await runtime.clock.sleep(pauseMs, over);
        if (over.aborted) return;
        const asked = recorder.now();
        try {
          if (beat !== null && runtime.clock.bootMs() - heardMs >= beat) throw lapsed(edge, beat);
          const looking = edge.turn.run(() => look(night, edge, over));
          const patienceMs = beat === null ? null : (beat * 2) / 3 - (runtime.clock.bootMs() - heardMs);
          await (patienceMs === null
            ? looking
            : inTime(night, edge, looking, Math.max(shortestLookMs, patienceMs)));
          heardMs = runtime.clock.bootMs();
          edge.heldAt = asked;
        } catch (error) {
          if (over.aborted) return;
          const unreachable = error instanceof JedaError && error.code === "UNREACHABLE";
          // With a heartbeat one edge must not come back while the others stay cut: all are released before.
          const patient = beat === null || runtime.clock.bootMs() - heardMs < (beat * 2) / 3;
          if (!unreachable || !patient) stop.request(causeOf(error, `the leases of ${edge.planned.name}`));
          else if (error.message !== said) {
            said = error.message;
            recorder.note(said);
          }
        }
      }
    }),
  );
}
