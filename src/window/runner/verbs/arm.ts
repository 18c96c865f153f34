/**
 * `arm`: accepts a plan. A single window gets its deadlines and the process that carries it out; asked again with
 * one that is known it starts nothing anew; only a runner that has died is replaced, and goes on by the journal. Of
 * a recurring one the rule is kept and the next window armed.
 */
import type { WindowPlan } from "../../../model/plan.ts";
import { isRecurring } from "../../../schedule/recurring-plan.ts";
import { fold } from "../../journal/status-from-journal.ts";
import { acceptPlan } from "../../plan/accept-plan.ts";
import { armSeries } from "../arming/arm-series.ts";
import { armAnew } from "../arming/arm-window.ts";
import { brokenWindow, everyWindow } from "../store/broken-windows.ts";
import { journalOf, type RunnerContext } from "../store/context.ts";
import { takeLock } from "../store/lock.ts";
import { patiently } from "../store/lock-retry.ts";
import { armScope } from "../store/lock-scopes.ts";
import { knownWindow } from "../store/window-store.ts";
import { revive } from "../supervision/ensure-runner.ts";

export async function arm(context: RunnerContext): Promise<number> {
  const plan = acceptPlan(await context.stdin());
  const lock = await patiently(() => takeLock(armScope(context.places.state), plan.id));
  try {
    // A window that only has to be ended must not stand in the way of the next one for longer than that takes.
    for (const { id } of everyWindow(context.places).endable) await revive(context, id);
    const armed = isRecurring(plan) ? await armSeries(context, plan) : await armSingle(context, plan);
    context.print(JSON.stringify({ id: plan.id, ...armed }));
  } finally {
    await lock.release();
  }
  return 0;
}

interface Armed {
  readonly armed: "now" | "already" | "resumed";
  readonly state: string;
  readonly result: string | null;
  /** Another plan was sent under the same id: the one that was armed first stands. */
  readonly planDiffers: boolean;
  /** From which line on the journal can't be trusted: a runner ends the window. */
  readonly brokenLine?: number;
}

async function armSingle(context: RunnerContext, plan: WindowPlan): Promise<Armed> {
  const broken = brokenWindow(context.places, plan.id);
  if (broken !== null) {
    const { state, result } = broken.status;
    return { armed: "resumed", state, result, planDiffers: false, brokenLine: broken.line };
  }
  const content = journalOf(context.places, plan.id);
  if (content === null) {
    armAnew(context, plan, context.asked.by ?? "pulumi up");
    return { armed: "now", state: "armed", result: null, planDiffers: false };
  }
  const { status, runnerAlive } = knownWindow(plan.id, fold(content.entries));
  const planDiffers = JSON.stringify(status.plan) !== JSON.stringify(plan);
  const resumed = !runnerAlive && (await revive(context, plan.id));
  const armed = resumed ? "resumed" : "already";
  return { armed, state: status.state, result: status.result, planDiffers };
}
