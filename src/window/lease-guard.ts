/**
 * Keeps the leases while the window runs. An edge that was rebooted is isolated again for what is left; a heartbeat
 * lease is renewed on every edge. Both stop as soon as the window is to end: a lease that is still under way then
 * is outdated by the release's fence, for the fence it carries was read before.
 */
import { JedaError } from "../model/errors.ts";
import { onEdge } from "./deadlines.ts";
import { readClock } from "./edge-reading.ts";
import { inTime } from "./in-time.ts";
import { heartbeatMs, holdsAll, leaseFor } from "./leases.ts";
import type { EdgeHold, Night } from "./night.ts";
import type { EdgeStatus } from "./status.ts";
import { isolateOn } from "./steps/isolate.ts";
import { proveIsolated } from "./steps/prove.ts";
import { causeOf } from "./stop.ts";

/** Between two looks at an edge, milliseconds; with a heartbeat at least three looks fit into one. */
const lookEveryMs = 5_000;

/** Asked once more before a heartbeat is given up. */
const shortestLookMs = 1_000;

/** Runs until the signal fires or the window is stopped; never rejects. */
export async function guardLeases(night: Night, signal: AbortSignal): Promise<void> {
  const { stop } = night.recorder;
  const over = AbortSignal.any([signal, stop.signal]);
  const beat = heartbeatMs(night.plan);
  const pauseMs = beat === null ? lookEveryMs : Math.min(lookEveryMs, beat / 4);
  await Promise.all(
    night.edges.map(async (edge) => {
      let heardMs = night.runtime.clock.bootMs();
      let said = "";
      while (!over.aborted) {
        await night.runtime.clock.sleep(pauseMs, over);
        if (over.aborted) return;
        try {
          if (beat !== null && night.runtime.clock.bootMs() - heardMs >= beat) throw lapsed(edge, beat);
          const looking = look(night, edge, over);
          const patienceMs = beat === null ? null : (beat * 2) / 3 - (night.runtime.clock.bootMs() - heardMs);
          await (patienceMs === null
            ? looking
            : inTime(night, edge, looking, Math.max(shortestLookMs, patienceMs)));
          heardMs = night.runtime.clock.bootMs();
        } catch (error) {
          if (over.aborted) return;
          const unreachable = error instanceof JedaError && error.code === "UNREACHABLE";
          // With a heartbeat one edge must not come back while the others stay cut: all are released before.
          const patient = beat === null || night.runtime.clock.bootMs() - heardMs < (beat * 2) / 3;
          if (!unreachable || !patient) stop.request(causeOf(error, `the leases of ${edge.planned.name}`));
          else if (error.message !== said) {
            said = error.message;
            night.recorder.note(said);
          }
        }
      }
    }),
  );
}

async function look(night: Night, edge: EdgeHold, over: AbortSignal): Promise<void> {
  const status = statusOf(night, edge);
  const listing = await edge.client.list();
  if (over.aborted) return;
  if (listing.clock.bootId !== status.clock?.bootId) return isolateRebooted(night, edge, over);
  if (listing.clock.fence > status.clock.fence) {
    throw new JedaError("REFUSED", `the edge ${status.name} was released by somebody else`);
  }
  if (listing.tables.jeda_window === null) {
    throw new JedaError(
      "DRIFT",
      `the edge ${status.name} has lost jeda's tables in the middle of the window`,
    );
  }
  const held = holdsAll(leaseFor(status, "isolation", night.plan), listing.leases);
  if (heartbeatMs(night.plan) === null) {
    if (held) return;
    night.recorder.note(
      `the edge ${status.name} no longer held the isolation: it is isolated for what is left`,
    );
    await isolateOn(night, edge);
    return;
  }
  // What has lapsed is never begun again: the edge refuses to renew what is not there, too.
  if (!held) throw lapsed(edge, heartbeatMs(night.plan) ?? 0);
  await edge.client.renew(leaseFor(status, "isolation", night.plan, night));
  if (over.aborted || status.vaultOpenAt === null) return;
  await edge.client.renew(leaseFor(status, "vault", night.plan, night));
}

/** Its sets are empty, its boot clock is another: the same moment is computed anew, by this host's boot clock. */
async function isolateRebooted(night: Night, edge: EdgeHold, over: AbortSignal): Promise<void> {
  const { name } = edge.planned;
  const reading = await readClock(night, edge);
  if (over.aborted) return;
  const { clock } = reading;
  const reconnectByBootMs = onEdge(clock, reading.answeredBootMs, night.boot);
  const vault = statusOf(night, edge).vaultOpenAt !== null;
  night.recorder.note(`the edge ${name} was rebooted: it is isolated again for what is left`);
  night.recorder.record({ type: "edge-clock", edge: name, clock, reconnectByBootMs });
  await isolateOn(night, edge);
  if (!vault || over.aborted) return;
  await proveIsolated(night);
  if (over.aborted) return;
  const { timeoutMs } = await edge.client.lease(leaseFor(statusOf(night, edge), "vault", night.plan, night));
  night.recorder.record({ type: "vault-open", edge: name, timeoutMs });
}

function lapsed(edge: EdgeHold, beat: number): JedaError {
  return new JedaError(
    "REFUSED",
    `the heartbeat of the edge ${edge.planned.name} was interrupted for ${beat} ms: its segments are back`,
    { hint: "a heartbeat lease is never begun again" },
  );
}

function statusOf(night: Night, edge: EdgeHold): EdgeStatus {
  const status = night.recorder.status.edges.find((one) => one.name === edge.planned.name);
  if (status === undefined)
    throw new JedaError("INTERNAL", `the edge ${edge.planned.name} is not in the plan`);
  return status;
}
