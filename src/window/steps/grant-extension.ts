/**
 * Putting the deadlines off on an operator's word. Every edge holds the longer lease before the journal says that
 * it is granted; if one refuses, all go back to the old deadline, and that one stands.
 */
import { JedaError } from "../../model/errors.ts";
import type { BootDeadlines } from "../clocks/deadlines.ts";
import { type EdgeHold, edgeStatus, type Night, vaultIsOpen } from "../context/window-context.ts";
import { putOff } from "../journal/status-from-journal.ts";
import { together } from "../leases/all-or-none.ts";
import { leaseFor } from "../leases/lease-request.ts";
import {
  additionOf,
  checkExtensible,
  checkTimeLeft,
  type ExtensionRequest,
  putOffDeadlines,
} from "../verdict/extension-rules.ts";
import { tellExtended } from "./notices.ts";

/** Between two looks for a request, milliseconds. */
const lookEveryMs = 1_000;

/** Takes requests until the signal fires or the window is stopped; never rejects. */
export async function heedOperators(night: Night, signal: AbortSignal): Promise<void> {
  const over = AbortSignal.any([signal, night.recorder.stop.signal]);
  while (!over.aborted) {
    await night.runtime.clock.sleep(lookEveryMs, over);
    // Before the vault is open on every edge the leases are still being made.
    if (over.aborted || night.recorder.status.edges.some(({ vaultOpenAt }) => vaultOpenAt === null)) continue;
    try {
      const request = night.runtime.nextExtension();
      if (request !== null) await extend(night, request);
    } catch (error) {
      night.runtime.log(`a request for more time could not be read: ${error}`);
    }
  }
}

/** Never rejects: the answer is in the journal. */
export async function extend(night: Night, request: ExtensionRequest): Promise<void> {
  const { recorder } = night;
  const { id, by, reason } = request;
  const refuse = (error: unknown): void => {
    const why = error instanceof Error ? error.message : String(error);
    recorder.record({ type: "extension-refused", request: id, by, why });
  };
  let addMs: number;
  try {
    addMs = allowed(night, request);
  } catch (error) {
    return refuse(error);
  }
  recorder.record({ type: "extending", request: id, by, addMs });
  night.extending = true;
  try {
    const longer = putOffDeadlines(night.boot, addMs);
    await renewAll(night, addMs, longer);
    night.boot = longer;
    const deadlines = putOffDeadlines(recorder.status.deadlines, addMs);
    recorder.record({ type: "extended", request: id, by, reason, addMs, deadlines });
    void tellExtended(night);
  } catch (error) {
    if (!recorder.stop.signal.aborted) await backToOld(night);
    refuse(error);
  } finally {
    night.extending = false;
  }
}

function allowed(night: Night, request: ExtensionRequest): number {
  const { recorder, runtime, boot } = night;
  const nowMs = runtime.clock.bootMs();
  if (nowMs > request.validUntilBootMs) throw new Error("nobody waits for the answer any more");
  checkExtensible(recorder.status);
  const addMs = additionOf(recorder.status, request);
  checkTimeLeft(boot.reconnectBy - nowMs);
  return addMs;
}

/** @throws what the first edge that refused said, or why it does not count although none did. */
export async function renewAll(night: Night, addMs: number, longer: BootDeadlines): Promise<void> {
  const { stop } = night.recorder;
  const before = night.edges.map((edge) => edgeStatus(night, edge).clock?.bootId);
  await together(night, night.edges, (edge) =>
    edge.turn.run(() => renewOn(night, edge, { addMs, boot: longer })),
  );
  if (stop.signal.aborted) throw new JedaError("REFUSED", `the window is ending: ${stop.cause?.reason}`);
  const rebooted = night.edges.filter(
    (edge, index) => edgeStatus(night, edge).clock?.bootId !== before[index],
  );
  const [first] = rebooted;
  if (first !== undefined) {
    throw new JedaError("REFUSED", `the edge ${first.planned.name} was rebooted meanwhile`);
  }
}

/** The vault never outlives the isolation: longer, it is renewed last. */
async function renewOn(
  night: Night,
  edge: EdgeHold,
  { addMs, boot }: { readonly addMs: number; readonly boot: BootDeadlines },
): Promise<void> {
  const status = putOff(edgeStatus(night, edge), addMs);
  const now = { runtime: night.runtime, boot };
  const renew = (what: "isolation" | "vault") =>
    edge.client.renew(leaseFor(status, what, night.plan, now)).then(() => undefined);
  await renew("isolation");
  if (vaultIsOpen(night, edge)) await renew("vault");
}

/** An edge that can't be told now is told by the guard, every few seconds, and released at the old deadline. */
export async function backToOld(night: Night): Promise<void> {
  const { boot, plan, runtime, recorder } = night;
  await Promise.all(
    night.edges.map((edge) =>
      edge.turn
        .run(async () => {
          const status = edgeStatus(night, edge);
          const now = { runtime, boot };
          if (vaultIsOpen(night, edge)) await edge.client.renew(leaseFor(status, "vault", plan, now));
          await edge.client.renew(leaseFor(status, "isolation", plan, now));
        })
        .catch((error: unknown) => {
          const why = error instanceof Error ? error.message : String(error);
          recorder.note(
            `the edge ${edge.planned.name} could not be told that the old deadline stands: ${why}`,
          );
        }),
    ),
  );
}
