/**
 * The finaliser: shuts the vault and reconnects every segment in one transaction on each edge, before anything
 * else and whatever happened. Proving that it worked comes after and can't hold it up.
 */
import type { EdgeListing } from "../../model/edge-protocol.ts";
import type { EdgeHold, Night } from "../context/window-context.ts";
import { nothingTouched } from "../journal/state.ts";
import { releaseFence } from "../leases/lease-request.ts";
import { tryFlows, vaultTrials } from "./probe-trials.ts";
import { hearSite } from "./site-rules.ts";

/**
 * A release that gets no answer is given anew, over a new connection: first so soon that the segments are back
 * within 5 s of the decision although one connection stalls, then more patiently, for an edge may just be slow.
 */
const firstAnswerMs = 3_000;
const answerMs = 12_000;
/** After the deadline the kernel has done it; so much longer an edge is asked to confirm. */
const patienceMs = 30_000;
const closeMs = 1_000;
const firstPauseMs = 250;
const longestPauseMs = 2_000;

export async function shutAndReconnect(night: Night): Promise<void> {
  const untouched = nothingTouched(night.recorder.status.reached);
  night.recorder.enter("reconnecting");
  if (untouched) return;
  const found = await Promise.all(night.edges.map((edge) => releaseEdge(night, edge)));
  // The site may have changed its own rules meanwhile: the proofs that follow are judged by what they are now. Not
  // before the last release is out, for judging a long ruleset keeps this process from everything else.
  for (const [index, { planned }] of night.edges.entries()) {
    const listing = found[index] ?? "unknown";
    if (listing !== "unknown") hearSite(night, planned, listing);
  }
  await proveShut(night, found);
}

/** After the release. */
type Found = EdgeListing | "unknown";

async function releaseEdge(night: Night, edge: EdgeHold): Promise<Found> {
  const { name } = edge.planned;
  const status = night.recorder.status.edges.find((one) => one.name === name);
  if (status === undefined) return "unknown";
  const fence = releaseFence(status);
  if (!(await untilReleased(night, edge, fence))) return "unknown";
  night.recorder.record({ type: "released", edge: name });
  return readBack(night, edge, fence);
}

async function untilReleased(night: Night, edge: EdgeHold, fence: number): Promise<boolean> {
  const { clock } = night.runtime;
  const giveUp = Math.max(night.boot.reconnectBy, clock.bootMs()) + patienceMs;
  let said = "";
  let waitMs = firstAnswerMs;
  for (let pause = firstPauseMs; clock.bootMs() < giveUp; pause = Math.min(pause * 2, longestPauseMs)) {
    const failure = await withinAnswer(night, edge.client.release(fence), waitMs);
    if (failure === null) return true;
    waitMs = Math.min(waitMs * 2, answerMs);
    if (failure !== said) night.recorder.note(`releasing on ${edge.planned.name}: ${failure}; trying again`);
    said = failure;
    // A connection that stalls would stall the next attempt too.
    await withinAnswer(night, edge.client.close(), closeMs);
    await clock.sleep(pause);
  }
  return false;
}

/** Null when it worked, else what went wrong. */
async function withinAnswer(night: Night, work: Promise<unknown>, waitMs = answerMs): Promise<string | null> {
  const over = new AbortController();
  const late = night.runtime.clock.sleep(waitMs, over.signal).then(() => `no answer within ${waitMs} ms`);
  const outcome = work.then(
    () => null,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
  try {
    return await Promise.race([outcome, late]);
  } finally {
    over.abort();
  }
}

/** What the kernel still holds after it said that everything was released. */
async function readBack(night: Night, edge: EdgeHold, fence: number): Promise<Found> {
  let found: Found = "unknown";
  for (let attempt = 0; attempt < 3; attempt++) {
    const listing = edge.client.list();
    if ((await withinAnswer(night, listing)) === null) found = await listing;
    if (found !== "unknown" && found.leases.length === 0) return found;
    await night.runtime.clock.sleep(firstPauseMs);
    await withinAnswer(night, edge.client.release(fence));
  }
  if (found !== "unknown") {
    const what = found.leases.map(({ set, value }) => `${set} ${value}`).join(", ");
    night.recorder.note(`the edge ${edge.planned.name} still holds ${what} after its release`);
  }
  return found;
}

/** Nothing may reach the backup host from any segment, whatever the edges said. */
async function proveShut(night: Night, found: readonly Found[]): Promise<void> {
  const trials = vaultTrials(night, "connected");
  const flows = await tryFlows(night, trials);
  const left = found.flatMap((one) => (one === "unknown" ? [] : one.leases));
  const stillOpen =
    left.some((lease) => lease.set === "vault_open") ||
    flows.some((flow) => flow === "open" || flow === "refused");
  // Where ping is not allowed to a prober the TCP flows still tell.
  const tcp = flows.filter((_, index) => trials[index]?.flow.startsWith("tcp "));
  const certain = !found.includes("unknown") && tcp.length > 0 && !tcp.includes("unknown");
  night.recorder.record({ type: "vault-shut", proved: stillOpen ? false : certain ? true : null });
}
