/** `status`: one window as it stands, the newest unless one is named. JSON by schemas/status.schema.json. */
import type { Deadlines } from "../../../model/plan.ts";
import { isoInZone } from "../../../schedule/iso.ts";
import { planHash } from "../../../schedule/recurring-plan.ts";
import { ruleText } from "../../../schedule/upcoming-text.ts";
import { soFar } from "../../report/so-far.ts";
import { anomaliesOf } from "../../verdict/verdict.ts";
import { armAllNext, openOccurrence } from "../arming/arm-next.ts";
import type { RunnerContext } from "../store/context.ts";
import { hospitalScope } from "../store/hospital-lock.ts";
import { lockHolder } from "../store/lock.ts";
import { type StandingSchedule, standingSchedules } from "../store/schedules.ts";
import { type KnownWindow, knownWindows, newest } from "../store/window-store.ts";
import { revive } from "../supervision/ensure-runner.ts";
import { timerWaits } from "../supervision/launch.ts";

export async function status(context: RunnerContext): Promise<number> {
  const broken: string[] = [];
  const known = knownWindows(context.places, (id) => broken.push(id));
  const { window } = context.asked;
  const chosen = newest(known.filter(({ id }) => window === undefined || id === window));
  const holder =
    chosen === undefined
      ? null
      : await lockHolder(hospitalScope(context.places.state, chosen.status.plan.hospital));
  for (const { id, status: one, runnerAlive } of known) {
    if (context.asked.look !== true && one.state !== "ended" && !runnerAlive) await revive(context, id);
  }
  if (context.asked.look !== true) {
    for (const id of broken) await revive(context, id);
    await armAllNext(context);
  }
  context.print(
    JSON.stringify({
      version: 1,
      runner: context.version,
      lock: holder === null || holder === "silent" ? holder : { window: holder.window, pid: holder.pid },
      window: chosen === undefined ? null : describeWindow(chosen),
      schedules: standingSchedules(context.places).map((one) => describeSchedule(context, one)),
      brokenJournals: broken,
      badEnds: badEnds(known),
    }),
  );
  return 0;
}

/** A recurring window: what it is, and which window of it waits or is under way. */
function describeSchedule(context: RunnerContext, { plan, by, armedAt }: StandingSchedule): object {
  const { id, hospital, stack = null } = plan;
  const rule = `${ruleText(plan.schedule.recurrence)}, ${plan.zone}`;
  const next = openOccurrence(context, id);
  return { id, hospital, stack, rule, planHash: planHash(plan), by, armedAt, next };
}

/** What waits for somebody's acknowledgement; one that was ended before it began is no bad night. */
export function badEnds(known: readonly Pick<KnownWindow, "id" | "status">[]): readonly object[] {
  return known
    .filter(({ status: { result, acknowledged, reached } }) => {
      return result !== null && result !== "ok" && acknowledged === null && reached !== "armed";
    })
    .map(({ id, status: { plan, result, endedAt } }) => ({ id, stack: plan.stack ?? null, result, endedAt }));
}

/** The part of the status that is about one window; plain JSON. */
export function describeWindow({ id, status, runnerAlive }: KnownWindow): object {
  const { plan, deadlines, planned } = status;
  const moments = (all: Deadlines): object =>
    Object.fromEntries(Object.entries(all).map(([name, at]) => [name, isoInZone(at as number, plan.zone)]));
  return {
    id,
    hospital: plan.hospital,
    state: status.state,
    result: status.result,
    acknowledged: status.acknowledged,
    runnerAlive: runnerAlive || (status.state === "armed" && timerWaits(id)),
    isolated: status.edges.some((edge) => edge.isolatedAt !== null && edge.releasedAt === null)
      ? plan.segments.filter((segment) => segment.isolate).map((segment) => segment.name)
      : [],
    zone: plan.zone,
    deadlines: moments(deadlines),
    planned: moments(planned),
    extensions: status.extensions,
    anomalies: anomaliesOf(status),
    heldSince: status.hold?.at ?? null,
    sources: status.sources.map(({ name, state, bytes, verified }) => ({ name, state, bytes, verified })),
    causes: status.causes,
    soFar: status.state === "ended" ? null : soFar(status),
    endedAt: status.endedAt,
  };
}
