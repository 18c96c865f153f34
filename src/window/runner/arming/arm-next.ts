/**
 * Arms the next window of every recurring one. There is no process of its own for it: whoever ends a window
 * (`run`, `supervise`), boots the host (`boot`) or looks (`status`, `follow`) does it, and it is done once.
 */
import { readdirSync } from "node:fs";
import { JedaError } from "../../../model/errors.ts";
import { occurrences } from "../../../schedule/occurrences.ts";
import { occurrencePlan } from "../../../schedule/recurring-plan.ts";
import type { RunnerContext } from "../store/context.ts";
import { journalOf } from "../store/context.ts";
import { takeLock } from "../store/lock.ts";
import { patiently } from "../store/lock-retry.ts";
import { armScope } from "../store/lock-scopes.ts";
import { anySchedule, type StandingSchedule, standingSchedules } from "../store/schedules.ts";
import { knownWindows } from "../store/window-store.ts";
import { armAnew } from "./arm-window.ts";

/** So many that can't be armed are passed over before it is given up until somebody looks again. */
const mostPassedOver = 100;

/** Never throws: whoever calls it has something else to do. */
export async function armAllNext(context: RunnerContext): Promise<void> {
  try {
    if (!anySchedule(context.places)) return;
    const lock = await patiently(() => takeLock(armScope(context.places.state), "next"));
    try {
      const broken = (file: string, why: string) => console.error(`${file} arms no window: ${why}`);
      for (const schedule of standingSchedules(context.places, broken)) armNext(context, schedule);
    } finally {
      await lock.release();
    }
  } catch (error) {
    console.error(`the next window could not be armed: ${error instanceof Error ? error.message : error}`);
  }
}

export interface Next {
  readonly id: string;
  readonly start: string;
}

/** Under the lock of `arm`. Null when none of the coming ones can be armed. */
export function armNext(context: RunnerContext, schedule: StandingSchedule): Next | null {
  const { plan } = schedule;
  const open = openOccurrence(context, plan.id);
  if (open !== null) return open;
  let passedOver = 0;
  for (const occurrence of occurrences(plan.schedule, plan.zone, Date.now())) {
    if (occurrence.notRun !== null) continue;
    const next = occurrencePlan(plan, occurrence);
    if (wasSeen(context, next.id, schedule)) continue;
    try {
      armAnew(context, next, `${plan.id} (${schedule.by})`);
      return { id: next.id, start: next.schedule.start };
    } catch (error) {
      if (!(error instanceof JedaError) || error.code !== "LOCKED") throw error;
      console.error(`${next.id} is passed over: ${error.message}`);
      if (++passedOver >= mostPassedOver) return null;
    }
  }
  return null;
}

/** The one that waits or is under way; the following is armed when it has ended. */
export function openOccurrence(context: RunnerContext, series: string): Next | null {
  const known = knownWindows(context.places, () => undefined);
  const open = known.find(({ status }) => status.plan.series === series && status.state !== "ended");
  return open === undefined ? null : { id: open.id, start: open.status.plan.schedule.start };
}

/** Whether it ended before its start (aborted while it waited), or was taken back since its rule was armed. */
function wasSeen({ places }: RunnerContext, id: string, { armedAt }: StandingSchedule): boolean {
  try {
    if (journalOf(places, id) !== null) return true;
  } catch {
    // A journal that can't be believed, but one: whoever looks has it ended.
    return true;
  }
  try {
    const since = Date.parse(armedAt);
    return readdirSync(places.disarmed).some(
      (name) => name.startsWith(`${id}-`) && Number(name.slice(id.length + 1)) >= since,
    );
  } catch {
    return false;
  }
}
