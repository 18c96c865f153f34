/** Arms a recurring window: its rule is kept, and the first window by it is armed. One rule a hospital at a time. */
import { JedaError } from "../../../model/errors.ts";
import { isoInZone } from "../../../schedule/iso.ts";
import { planHash, type RecurringPlan } from "../../../schedule/recurring-plan.ts";
import { systemClock } from "../../clocks/clock.ts";
import { checkLengths } from "../../clocks/deadlines.ts";
import { checkCredentialNames } from "../../plan/accept-plan.ts";
import { type RunnerContext, readCredentials } from "../store/context.ts";
import {
  removeSchedule,
  type StandingSchedule,
  standingSchedules,
  writeSchedule,
} from "../store/schedules.ts";
import { armNext, type Next, openOccurrence } from "./arm-next.ts";
import { takeBack } from "./disarm.ts";

export interface ArmedSeries {
  readonly armed: "now" | "already" | "changed";
  readonly next: Next | null;
}

/** Under the lock of `arm`. @throws JedaError LOCKED when another stack's rule stands, REFUSED while its window runs. */
export async function armSeries(context: RunnerContext, plan: RecurringPlan): Promise<ArmedSeries> {
  const { places, asked } = context;
  checkLengths(plan);
  checkCredentialNames(plan, readCredentials(places));
  const standing = standingSchedules(places).filter((one) => one.plan.hospital === plan.hospital);
  for (const one of standing) refuseOther(one, plan);
  const same = standing.find((one) => one.plan.id === plan.id);
  if (same !== undefined && planHash(same.plan) === planHash(plan)) {
    return { armed: "already", next: armNext(context, same) };
  }
  const by = asked.by ?? "pulumi up";
  // What waits was armed by the former rule; what runs goes on, and the new rule arms the one after it.
  for (const one of standing) await takeBackSeries(context, one.plan.id, by);
  const schedule = { plan, by, armedAt: isoInZone(systemClock().wallMs(), plan.zone) };
  writeSchedule(places, schedule);
  return { armed: standing.length > 0 ? "changed" : "now", next: armNext(context, schedule) };
}

function refuseOther({ plan: rule, by, armedAt }: StandingSchedule, plan: RecurringPlan): void {
  if (rule.stack === plan.stack) return;
  throw new JedaError(
    "LOCKED",
    `${plan.hospital} has a recurring window already: ${rule.id} of ${rule.stack ?? "no stack"}, armed by ${by} at ${armedAt}`,
    {
      hint: `take it back there (pulumi destroy, or jeda window disarm --id ${rule.id}) before another stack arms one`,
    },
  );
}

/** Forgets a rule and takes back its waiting window. @throws JedaError REFUSED while its window runs. */
export async function takeBackSeries(context: RunnerContext, id: string, by: string): Promise<void> {
  const open = openOccurrence(context, id);
  if (open !== null) await takeBack(context, open.id, by);
  removeSchedule(context.places, id);
}
