/**
 * Taking up a window whose runner died: the journal says what was done, the edges say what still stands. Leases
 * that live are left alone; what is gone is isolated again until the same absolute deadline, or not at all.
 */

import type { EdgeListing } from "../../model/edge-protocol.ts";
import { JedaError } from "../../model/errors.ts";
import { formatDuration } from "../../schedule/format.ts";
import { vaultMarginMs, verifyMarginMs } from "../clocks/deadlines.ts";
import { type EdgeHold, edgeStatus, type Night } from "../context/window-context.ts";
import { together } from "../leases/all-or-none.ts";
import { type EdgeReading, readClock, remainingMs } from "../leases/edge-clock.ts";
import { hasGap, interrupted } from "../leases/isolation-gap.ts";
import { holdsAll, leaseFor } from "../leases/lease-request.ts";
import { backToOld } from "./grant-extension.ts";
import { isolateOn } from "./isolate.ts";
import { startCutoff } from "./preflight/preflight.ts";

/** So long an edge that is just booting is waited for. */
const patienceMs = 60_000;
const pauseMs = 1_000;

/** Throws when the window can't go on; the finaliser then reconnects at once. */
export async function takeUp(night: Night): Promise<void> {
  const found = await Promise.all(night.edges.map((edge) => look(night, edge)));
  shorten(night, found);
  for (const one of found) adopt(night, one);
  const left = night.boot.reconnectBy - night.runtime.clock.bootMs();
  if (left <= vaultMarginMs + verifyMarginMs) {
    const when = left < 0 ? `${formatDuration(-left)} after` : `only ${formatDuration(left)} before`;
    throw new JedaError("DEADLINE", `the window was taken up ${when} reconnectBy`, {
      hint: "too late for anything but reconnecting",
    });
  }
  const gone = found.filter(({ edge, listing }) => {
    return !holdsAll(leaseFor(edgeStatus(night, edge), "isolation", night.plan), listing.leases);
  });
  // A heartbeat that lapsed has brought the segments back, as declared: they are not cut a second time.
  const begun = night.recorder.status.edges.some(({ isolatedAt }) => isolatedAt !== null);
  if (night.plan.lease === "heartbeat" && begun && gone.length > 0) {
    throw new JedaError("REFUSED", "the heartbeat lapsed while no runner was alive: the segments are back");
  }
  if (gone.length > 0) await isolateAgain(night, found, gone);
  for (const one of found) if (!gone.includes(one)) tellIsolated(night, one);
  await undoExtension(night);
  if (night.recorder.status.state === "isolating") night.recorder.enter("isolated");
}

/** Its lease was carried out, and the runner died before it could write so: without the line nothing is proved. */
function tellIsolated(night: Night, { edge, listing }: Found): void {
  const { name, isolations } = edgeStatus(night, edge);
  if (isolations > 0 && !hasGap(night, name)) return;
  const ends = listing.leases.flatMap(({ expiresMs }) => (expiresMs === null ? [] : [expiresMs]));
  night.recorder.record({
    type: "isolated",
    edge: name,
    segments: night.plan.segments.filter(({ isolate }) => isolate).map((segment) => segment.name),
    timeoutMs: Math.min(...ends, night.plan.maxIsolationMs),
  });
}

/** Some edges may hold the longer lease, some not: who asked is told that the old deadline stands. */
async function undoExtension(night: Night): Promise<void> {
  const { extending } = night.recorder.status;
  if (extending === null) return;
  await backToOld(night);
  const why = "the runner died before every edge held the longer lease";
  night.recorder.record({ type: "extension-refused", request: extending, by: "jeda", why });
}

interface Found {
  readonly edge: EdgeHold;
  readonly reading: EdgeReading;
  readonly listing: EdgeListing;
}

/** When the runner that died was last known to hold the isolation. */
function lastLineBeforeThisRunner({ recorder }: Night): string {
  const own = recorder.entries.findLastIndex(({ type }) => type === "runner");
  return (recorder.entries[own - 1] ?? recorder.entries[0])?.at ?? recorder.status.at;
}

async function look(night: Night, edge: EdgeHold): Promise<Found> {
  const { clock } = night.runtime;
  const giveUp = clock.bootMs() + patienceMs;
  for (;;) {
    try {
      const listing = await edge.client.list();
      return { edge, listing, reading: await readClock(night, edge) };
    } catch (error) {
      night.recorder.stop.signal.throwIfAborted();
      if (clock.bootMs() >= Math.min(giveUp, night.boot.reconnectBy)) throw error;
      await clock.sleep(pauseMs, night.recorder.stop.signal);
    }
  }
}

/** Whoever knows of the least time is right: every deadline moves by as much. */
function shorten(night: Night, found: readonly Found[]): void {
  const early = Math.max(
    0,
    ...found.map(({ edge, reading, listing }) => {
      const own = night.boot.reconnectBy - reading.answeredBootMs;
      return own - remainingMs(night, edgeStatus(night, edge), reading, listing);
    }),
  );
  if (early === 0) return;
  const { start, startCutoff, backupStop, reconnectBy } = night.boot;
  night.boot = {
    start: start - early,
    startCutoff: startCutoff - early,
    backupStop: backupStop - early,
    reconnectBy: reconnectBy - early,
  };
  night.recorder.note(
    `an edge knows of ${Math.round(early)} ms less than this host: the deadlines are so much earlier`,
  );
}

/** @throws JedaError REFUSED when somebody has released this edge since. */
function adopt(night: Night, { edge, reading }: Found): void {
  const status = edgeStatus(night, edge);
  const { clock } = reading;
  const same = status.clock?.bootId === clock.bootId;
  // The fence outlives a reboot of the edge.
  if (status.clock !== null && clock.fence > status.clock.fence) {
    throw new JedaError("REFUSED", `the edge ${status.name} was released while no runner was alive`);
  }
  const reconnectByBootMs = Math.floor(clock.bootMs + night.boot.reconnectBy - reading.answeredBootMs);
  const earlier = Math.min(
    reconnectByBootMs,
    same ? (status.reconnectByBootMs ?? reconnectByBootMs) : Infinity,
  );
  if (same && earlier === status.reconnectByBootMs) return;
  night.recorder.record({ type: "edge-clock", edge: status.name, clock, reconnectByBootMs: earlier });
}

async function isolateAgain(night: Night, found: readonly Found[], gone: readonly Found[]): Promise<void> {
  const begun = night.recorder.status.edges.some(({ isolatedAt }) => isolatedAt !== null);
  // The runner died between its decision and the first lease: this is the first isolation, with its own deadline.
  if (!begun && gone.length === found.length) startCutoff(night);
  for (const { edge } of begun ? gone : []) interrupted(night, edge, lastLineBeforeThisRunner(night));
  night.recorder.stop.signal.throwIfAborted();
  // The vault that the runner before this one had opened rested on an isolation that is no more.
  if (begun) await together(night, night.edges, (edge) => edge.client.shut().then(() => undefined));
  await together(
    night,
    gone.map(({ edge }) => edge),
    (edge) => isolateOn(night, edge),
  );
}
