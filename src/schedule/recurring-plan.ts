/** From the plan of a recurring window to those of its occurrences. Pure. */
import { createHash } from "node:crypto";
import type { WindowPlan } from "../model/plan.ts";
import { formatInstant } from "./format.ts";
import type { Occurrence, RecurringSchedule } from "./occurrences.ts";
import { occurrenceId } from "./window-id.ts";

export interface RecurringPlan extends WindowPlan {
  readonly schedule: RecurringSchedule;
}

export function isRecurring(plan: WindowPlan): plan is RecurringPlan {
  return plan.schedule.start === "recurring" && plan.schedule.recurrence !== undefined;
}

/** A window with one start and lengths of its own, like any other. */
export function occurrencePlan(plan: RecurringPlan, occurrence: Occurrence): WindowPlan {
  const { start, startCutoffMs, backupStopMs, reconnectByMs } = occurrence;
  return {
    ...plan,
    id: occurrenceId(plan, start),
    series: plan.id,
    schedule: { start: formatInstant(start, plan.zone), startCutoffMs, backupStopMs, reconnectByMs },
  };
}

/** Tells one plan from another, hazards apart: these come from the last window too, and must not arm another. */
export function planHash({ hazards: _, ...plan }: WindowPlan): string {
  return createHash("sha256").update(JSON.stringify(plan)).digest("hex").slice(0, 16);
}
