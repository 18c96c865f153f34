/**
 * `arm`: accepts a plan, fixes its deadlines, and starts the process that carries it out. Asked again with a
 * window that is known it starts nothing anew; only a runner that has died is replaced, and goes on by the
 * journal.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { JedaError } from "../../model/errors.ts";
import type { Deadlines, WindowPlan } from "../../model/plan.ts";
import { acceptPlan, checkCredentialNames } from "../accept-plan.ts";
import { systemClock } from "../clock.ts";
import { fixDeadlines } from "../deadlines.ts";
import { fold } from "../fold.ts";
import { openJournal } from "../journal.ts";
import { takeLock } from "../lock.ts";
import { windowPlaces } from "../places.ts";
import { Recorder } from "../recorder.ts";
import { journalOf, type RunnerContext, readCredentials } from "./context.ts";
import { detach } from "./detach.ts";
import { knownWindow, knownWindows } from "./known-windows.ts";
import { patiently } from "./patiently.ts";
import { revive } from "./revive.ts";

export async function arm(context: RunnerContext): Promise<number> {
  const plan = acceptPlan(await context.stdin());
  const lock = await patiently(() => takeLock(`${context.places.state} arm`, plan.id));
  try {
    const content = journalOf(context.places, plan.id);
    const armed = content === null ? armAnew(context, plan) : await armAgain(context, plan);
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
}

async function armAgain(context: RunnerContext, plan: WindowPlan): Promise<Armed> {
  const { status, runnerAlive } = knownWindow(
    plan.id,
    fold(journalOf(context.places, plan.id)?.entries ?? []),
  );
  const planDiffers = JSON.stringify(status.plan) !== JSON.stringify(plan);
  const resumed = !runnerAlive && (await revive(context, plan.id));
  const armed = resumed ? "resumed" : "already";
  return { armed, state: status.state, result: status.result, planDiffers };
}

function armAnew(context: RunnerContext, plan: WindowPlan): Armed {
  checkCredentialNames(plan, readCredentials(context.places));
  const clock = systemClock();
  const deadlines = fixDeadlines(plan, clock.wallMs());
  refuseOverlap(context, plan, deadlines);
  const own = windowPlaces(context.places, plan.id);
  mkdirSync(own.directory, { recursive: true, mode: 0o700 });
  writeFileSync(own.plan, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 });
  const journal = openJournal(own.journal);
  const by = context.asked.by ?? "pulumi up";
  new Recorder(journal, clock).record({ type: "armed", plan, deadlines, by });
  journal.close();
  detach(context.places, plan.id);
  return { armed: "now", state: "armed", result: null, planDiffers: false };
}

function refuseOverlap(context: RunnerContext, plan: WindowPlan, wanted: Deadlines): void {
  const broken: string[] = [];
  const others = knownWindows(context.places, (id) => broken.push(id));
  for (const { id, status } of others) {
    const { deadlines } = status;
    const apart = wanted.reconnectBy <= deadlines.start || deadlines.reconnectBy <= wanted.start;
    if (status.state === "ended" || apart) continue;
    throw new JedaError("LOCKED", `the window ${id} (${status.state}) overlaps with ${plan.id}`, {
      hint: `follow it (jeda window follow --id ${id}), end it (jeda window abort), or take it back if it has not begun (jeda window disarm --id ${id})`,
    });
  }
  for (const id of broken) context.print(`{"warning":"the journal of ${id} is broken and was left alone"}`);
}
