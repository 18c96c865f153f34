/**
 * One look at an edge, and what is done about what is seen. Where the isolation is gone (a reboot, somebody's hand)
 * the vault is shut, the segments are isolated for what is left and proved cut, and only then it is opened again.
 */
import type { EdgeListing } from "../../model/edge-protocol.ts";
import { JedaError } from "../../model/errors.ts";
import { onEdge } from "../clocks/deadlines.ts";
import { type EdgeHold, edgeStatus, type Night, vaultIsOpen } from "../context/window-context.ts";
import { readClock } from "../leases/edge-clock.ts";
import { hasGap, interrupted } from "../leases/isolation-gap.ts";
import { heartbeatMs, holdsAll, leaseFor, missingLeases } from "../leases/lease-request.ts";
import { openOn } from "../leases/vault-lease.ts";
import { inTime } from "../leases/with-timeout.ts";
import { isolateOn } from "./isolate.ts";
import { tryToProve } from "./prove.ts";

/** With less left than this an edge refuses a lease, and what is gone has ended by itself. Milliseconds. */
const leastMs = 2_000;

/** Nothing may hold up the reconnection. Milliseconds. */
const lastLookMs = 2_000;

/** @throws JedaError when the window can't go on, or UNREACHABLE when this edge can't be asked now. */
export async function look(night: Night, edge: EdgeHold, over: AbortSignal): Promise<void> {
  const status = edgeStatus(night, edge);
  const listing = await edge.client.list();
  if (over.aborted) return;
  // The fence outlives a reboot: whoever released this edge meant it.
  if (listing.clock.fence > (status.clock?.fence ?? 0)) {
    throw new JedaError("REFUSED", `the edge ${status.name} was released by somebody else`);
  }
  if (listing.clock.bootId !== status.clock?.bootId) return isolateRebooted(night, edge, over);
  if (listing.tables.jeda_window === null) {
    const why = "jeda's tables were gone from it";
    if (!hasGap(night, status.name)) interrupted(night, edge, seenAt(night, edge), why);
    throw new JedaError(
      "DRIFT",
      `the edge ${status.name} has lost jeda's tables in the middle of the window`,
    );
  }
  const beat = heartbeatMs(night.plan);
  const held = holdsAll(leaseFor(status, "isolation", night.plan), listing.leases);
  if (beat !== null) {
    // What has lapsed is never begun again: the edge refuses to renew what is not there, too.
    if (!held) throw lapsed(edge, beat);
    await edge.client.renew(leaseFor(status, "isolation", night.plan, night));
    if (over.aborted || !vaultIsOpen(night, edge) || hasGap(night)) return;
    const vault = leaseFor(status, "vault", night.plan, night);
    if (!holdsAll(vault, listing.leases)) return mendVault(night, edge, listing, over);
    await edge.client.renew(vault);
    return;
  }
  if ((status.reconnectByBootMs ?? 0) - listing.clock.bootMs < leastMs) return;
  const gap = hasGap(night, status.name);
  // A gap whose end nobody wrote: the lease was carried out and the answer lost. It is asked for anew.
  if (!held || gap) {
    if (!gap) interrupted(night, edge, seenAt(night, edge));
    await shutEverywhere(night, edge);
    await isolateOn(night, edge);
    return proveAgain(night, edge, over);
  }
  await mendEnds(night, edge, listing);
  await mendVault(night, edge, listing, over);
}

/** Somebody's hand, a ruleset saved earlier, an extension that was undone: no lease may outlive the deadline. */
async function mendEnds(night: Night, edge: EdgeHold, { leases, clock }: EdgeListing): Promise<void> {
  if (night.extending) return;
  const request = leaseFor(edgeStatus(night, edge), "isolation", night.plan);
  const wrong = missingLeases(request, leases, clock.bootMs);
  if (wrong.length === 0) return;
  night.recorder.note(`the edge ${edge.planned.name}: ${wrong.join("; ")}: set back to the deadline`);
  await edge.client.renew(request);
}

/** The isolation stands; the way to the sources is gone. Near its end the lease has done what it should. */
async function mendVault(
  night: Night,
  edge: EdgeHold,
  { leases, clock }: EdgeListing,
  over: AbortSignal,
): Promise<void> {
  if (!vaultIsOpen(night, edge)) return;
  const status = edgeStatus(night, edge);
  const request = leaseFor(status, "vault", night.plan);
  if (request.deadlineBootMs - clock.bootMs < leastMs || holdsAll(request, leases)) return;
  if (hasGap(night)) return;
  night.recorder.note(
    `the vault is shut on the edge ${edge.planned.name}: it is opened for what is left, once the isolation is proved`,
  );
  await proveAgain(night, edge, over);
}

/** While one edge lets the segments out, what another lets the backup host reach is no vault. */
async function shutEverywhere(night: Night, gone: EdgeHold): Promise<void> {
  const shut = (edge: EdgeHold) => (vaultIsOpen(night, edge) ? edge.client.shut() : Promise.resolve(null));
  const others = night.edges.filter((edge) => edge !== gone);
  const answers = await Promise.allSettled([shut(gone), ...others.map(shut)]);
  const [own] = answers;
  if (own?.status === "rejected") throw own.reason;
  for (const [index, answer] of answers.slice(1).entries()) {
    if (answer.status === "fulfilled") continue;
    night.recorder.note(`shutting the vault on ${others[index]?.planned.name}: ${answer.reason}`);
  }
}

/** Its sets are empty, its boot clock is another: the same moment is computed anew, by this host's boot clock. */
async function isolateRebooted(night: Night, edge: EdgeHold, over: AbortSignal): Promise<void> {
  const { name } = edge.planned;
  const reading = await readClock(night, edge);
  if (over.aborted) return;
  const { clock } = reading;
  const reconnectByBootMs = onEdge(clock, reading.answeredBootMs, night.boot);
  interrupted(night, edge, seenAt(night, edge), "it was rebooted");
  night.recorder.record({ type: "edge-clock", edge: name, clock, reconnectByBootMs });
  await shutEverywhere(night, edge);
  await isolateOn(night, edge);
  await proveAgain(night, edge, over);
}

/** Where another edge has a gap meanwhile, whoever closes that one proves both; the next look opens the vault here. */
async function proveAgain(night: Night, edge: EdgeHold, over: AbortSignal): Promise<void> {
  if (over.aborted || hasGap(night)) return;
  const proof = await tryToProve(night);
  if (proof === null || over.aborted || !vaultIsOpen(night, edge)) return;
  await openOn(night, edge, proof);
}

/** Looks once more before everything is released: what was emptied since the last look must not go unseen. */
export async function lastLook(night: Night): Promise<void> {
  const { recorder, plan } = night;
  if (recorder.stop.signal.aborted) return;
  await Promise.all(
    night.edges.map(async (edge) => {
      const status = edgeStatus(night, edge);
      // A gap that was seen already and not closed is said already.
      if (status.isolatedAt === null || recorder.status.interruptions.some(({ until }) => until === null))
        return;
      const listing = await inTime(night, edge, edge.client.list(), lastLookMs).catch(() => null);
      if (listing === null || (status.reconnectByBootMs ?? 0) - listing.clock.bootMs < leastMs) return;
      const same = listing.clock.bootId === status.clock?.bootId;
      if (same && holdsAll(leaseFor(status, "isolation", plan), listing.leases)) return;
      interrupted(night, edge, seenAt(night, edge), same ? undefined : "it was rebooted");
    }),
  );
}

function seenAt(night: Night, edge: EdgeHold): string {
  return edge.heldAt ?? edgeStatus(night, edge).isolatedAt ?? night.recorder.now();
}

export function lapsed(edge: EdgeHold, beat: number): JedaError {
  return new JedaError(
    "REFUSED",
    `the heartbeat of the edge ${edge.planned.name} was interrupted for ${beat} ms: its segments are back`,
    { hint: "a heartbeat lease is never begun again" },
  );
}
