/**
 * A window that has not ended and that nobody carries out any more gets a new supervisor, and with it a runner; one
 * whose journal is broken, too: it is ended by it.
 */
import { fold } from "../../journal/status-from-journal.ts";
import { brokenWindow } from "../store/broken-windows.ts";
import { journalOf, type RunnerContext } from "../store/context.ts";
import { lockHolder } from "../store/lock.ts";
import { superviseScope, windowScope } from "../store/lock-scopes.ts";
import { detach, timerWaits } from "./launch.ts";

/** Whether one was started. Never throws: whoever only looks must not fail by it. */
export async function revive(context: RunnerContext, id: string): Promise<boolean> {
  try {
    const broken = brokenWindow(context.places, id);
    const { state, deadlines } = broken?.status ?? fold(journalOf(context.places, id)?.entries ?? []);
    if (state === "ended" && broken === null) return false;
    if (await isCarriedOut(context, id)) return false;
    detach(context.places, id, state === "armed" && broken === null ? deadlines.start : undefined);
    return true;
  } catch (error) {
    console.error(error);
    return false;
  }
}

/** By a runner, or by a timer or a supervisor that will start one; the kernel knows, and answers for a stopped process too. */
export async function isCarriedOut(context: RunnerContext, id: string): Promise<boolean> {
  const { state } = context.places;
  if (timerWaits(id)) return true;
  const holders = await Promise.all([
    lockHolder(superviseScope(state, id)),
    lockHolder(windowScope(state, id)),
  ]);
  return holders.some((holder) => holder !== null);
}
