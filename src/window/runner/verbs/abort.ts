/** `abort`, `release` and `disarm`: the ways to end a window before its time. */
import { sshEdge } from "../../../host/edge-client.ts";
import { closeAllSsh } from "../../../host/ssh.ts";
import { JedaError } from "../../../model/errors.ts";
import type { PlannedEdge } from "../../../model/plan.ts";
import { takeBackSeries } from "../arming/arm-series.ts";
import { takeBack } from "../arming/disarm.ts";
import { need, type RunnerContext } from "../store/context.ts";
import { takeLock } from "../store/lock.ts";
import { patiently } from "../store/lock-retry.ts";
import { armScope } from "../store/lock-scopes.ts";
import { standingSchedules } from "../store/schedules.ts";
import { chosenWindow } from "../store/select-window.ts";
import { ask } from "../supervision/signal-runner.ts";

/** Milliseconds; an operator is waiting. */
const releaseMs = 15_000;

/** Asks the running window (or the one named) to reconnect now. A dead runner is replaced, to do just that. */
export async function abort(context: RunnerContext): Promise<number> {
  const by = need(context, "by");
  const reason = need(context, "reason");
  const window = chosenWindow(context);
  if (window.status.state === "ended") {
    throw new JedaError("REFUSED", `the window ${window.id} has already ended: ${window.status.result}`);
  }
  ask(context, window, { by, reason }, "SIGTERM");
  context.print(JSON.stringify({ id: window.id, aborting: true, state: window.status.state }));
  return 0;
}

/**
 * Reconnects at once, whoever is dead or stands still: the window is asked to end as by `abort`, and each edge is
 * told from here as well. The release's fence outdates every lease of the window that is still under way.
 */
export async function release(context: RunnerContext): Promise<number> {
  const by = need(context, "by");
  const reason = need(context, "reason");
  const window = chosenWindow(context);
  const { plan, state } = window.status;
  if (state === "ended") {
    throw new JedaError("REFUSED", `the window ${window.id} has already ended: ${window.status.result}`);
  }
  ask(context, window, { by, reason, verb: "released" }, "SIGTERM");
  const edges = await Promise.all(plan.edges.map(releaseEdge));
  await closeAllSsh();
  context.print(JSON.stringify({ id: window.id, state, edges }));
  return edges.every(({ released }) => released) ? 0 : 1;
}

async function releaseEdge({
  name,
  ssh,
}: PlannedEdge): Promise<{ name: string; released: boolean; why?: string }> {
  try {
    await sshEdge({ name, ssh: { window: ssh } }, "window", { timeoutMs: releaseMs }).release(0);
    return { name, released: true };
  } catch (error) {
    return { name, released: false, why: error instanceof Error ? error.message : String(error) };
  }
}

/** Takes back a window that has not begun, or a recurring one with the window that waits by it. */
export async function disarm(context: RunnerContext): Promise<number> {
  const id = need(context, "window");
  const by = context.asked.by ?? "pulumi destroy";
  const lock = await patiently(() => takeLock(armScope(context.places.state), id));
  try {
    const recurring = standingSchedules(context.places).some(({ plan }) => plan.id === id);
    if (recurring) await takeBackSeries(context, id, by);
    const outcome = recurring ? "disarmed" : await takeBack(context, id, by);
    context.print(JSON.stringify({ id, outcome }));
    return 0;
  } finally {
    await lock.release();
  }
}
