/** Reading an edge's clocks, and what the wall, the boot clock and the kernel say of the time that is left. */
import type { EdgeClock, EdgeListing } from "../../model/edge-protocol.ts";
import { JedaError } from "../../model/errors.ts";
import { vaultMarginMs } from "../clocks/deadlines.ts";
import type { EdgeHold, Night } from "../context/window-context.ts";
import type { EdgeStatus } from "../journal/status.ts";

export interface EdgeReading {
  readonly clock: EdgeClock;
  /** The backup host's clocks when the answer was there, milliseconds. */
  readonly answeredBootMs: number;
  readonly answeredWallMs: number;
  readonly roundTripMs: number;
}

/** A clock that took longer to read than this is read again: its deadline would be early by as much. */
const goodRoundTripMs = 1_000;

/** Clocks are read in steps and over a network: smaller differences are no news. */
const noticedMs = 1_000;

/** @throws what the edge's client throws. */
export async function readClock(night: Night, edge: EdgeHold): Promise<EdgeReading> {
  const { clock } = night.runtime;
  let best: EdgeReading | undefined;
  for (let attempt = 0; attempt < 3; attempt++) {
    const asked = clock.bootMs();
    const answer = await edge.client.clock();
    const answeredBootMs = clock.bootMs();
    const answeredWallMs = clock.wallMs();
    const roundTripMs = answeredBootMs - asked;
    if (best === undefined || roundTripMs < best.roundTripMs) {
      best = { clock: answer, answeredBootMs, answeredWallMs, roundTripMs };
    }
    // The first question also opened the connection; the second tells how long one takes.
    if (attempt > 0 && best.roundTripMs <= goodRoundTripMs) break;
  }
  if (best === undefined) throw new JedaError("INTERNAL", `the edge ${edge.planned.name} was never asked`);
  return best;
}

/**
 * Milliseconds until `reconnectBy`: the smallest of what the backup host's clocks, the edge's boot clock and the
 * leases in its kernel say. An edge that was rebooted knows neither of the last two; its wall clock is asked then.
 */
export function remainingMs(
  night: Night,
  edge: EdgeStatus,
  reading: EdgeReading,
  listing: EdgeListing,
): number {
  const own = night.boot.reconnectBy - reading.answeredBootMs;
  if (edge.clock?.bootId !== reading.clock.bootId || edge.reconnectByBootMs === null) {
    return Math.min(own, night.recorder.status.deadlines.reconnectBy - reading.clock.wallMs);
  }
  const byBoot = edge.reconnectByBootMs - reading.clock.bootMs;
  const said = Math.min(byBoot, ...(night.plan.lease === "window" ? byKernel(listing) : []));
  return said < own - noticedMs ? said : own;
}

function byKernel(listing: EdgeListing): readonly number[] {
  return listing.leases.flatMap(({ set, expiresMs }) =>
    expiresMs === null ? [] : [expiresMs + (set === "vault_open" ? vaultMarginMs : 0)],
  );
}
