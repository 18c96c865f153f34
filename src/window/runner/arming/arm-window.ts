/** Arms one window with one start: its deadlines are fixed, its journal begun, and its process started. */
import { mkdirSync, writeFileSync } from "node:fs";
import { JedaError } from "../../../model/errors.ts";
import type { Deadlines, WindowPlan } from "../../../model/plan.ts";
import { formatInstant } from "../../../schedule/format.ts";
import { occurrences } from "../../../schedule/occurrences.ts";
import { systemClock } from "../../clocks/clock.ts";
import { fixDeadlines } from "../../clocks/deadlines.ts";
import { openJournal } from "../../journal/journal-writer.ts";
import { Recorder } from "../../journal/recorder.ts";
import { checkCredentialNames } from "../../plan/accept-plan.ts";
import { type BrokenWindow, everyWindow, hopelessError, possibleSpan } from "../store/broken-windows.ts";
import { type RunnerContext, readCredentials } from "../store/context.ts";
import { windowPlaces } from "../store/paths.ts";
import { standingSchedules } from "../store/schedules.ts";
import { remember } from "../store/window-index.ts";
import { detach } from "../supervision/launch.ts";

/** Under the lock of `arm`. @throws JedaError LOCKED, CREDENTIALS, CONFIG; then nothing was armed. */
export function armAnew(context: RunnerContext, plan: WindowPlan, by: string): void {
  checkCredentialNames(plan, readCredentials(context.places));
  const clock = systemClock();
  const deadlines = fixDeadlines(plan, clock.wallMs());
  refuseOverlap(context, plan, deadlines);
  if (plan.series === undefined) refuseOverlapWithRules(context, plan, deadlines);
  const own = windowPlaces(context.places, plan.id);
  mkdirSync(own.directory, { recursive: true, mode: 0o700 });
  remember(context.places, plan.id);
  writeFileSync(own.plan, `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 });
  const journal = openJournal(own.journal);
  new Recorder(journal, clock).record({ type: "armed", plan, deadlines, by });
  journal.close();
  detach(context.places, plan.id, deadlines.start);
}

function refuseOverlap(context: RunnerContext, plan: WindowPlan, wanted: Deadlines): void {
  const { whole, endable, hopeless } = everyWindow(context.places);
  for (const { id, status } of whole) {
    const { deadlines } = status;
    const apart = wanted.reconnectBy <= deadlines.start || deadlines.reconnectBy <= wanted.start;
    if (status.state === "ended" || apart) continue;
    const whose = status.plan.stack === undefined ? "" : ` of the stack ${status.plan.stack}`;
    throw new JedaError(
      "LOCKED",
      `the window ${id}${whose} (${status.state}, armed by ${status.armedBy} at ${status.armedAt}) overlaps with ${plan.id}`,
      {
        hint: `follow it (jeda window follow --id ${id}), end it (jeda window abort), or take it back if it has not begun (jeda window disarm --id ${id})`,
      },
    );
  }
  refuseBroken(endable, plan, wanted);
  // Edges that still hold a lease of such a one are refused by preflight.
  for (const [id, error] of hopeless) console.error(hopelessError(id, error));
}

/** What is behind the break is not known: its segments may still be cut until it is ended. */
function refuseBroken(endable: readonly BrokenWindow[], plan: WindowPlan, wanted: Deadlines): void {
  for (const { id, line, status } of endable) {
    const { from, to } = possibleSpan(status);
    if (status.result !== null || wanted.reconnectBy <= from || to <= wanted.start) continue;
    throw new JedaError(
      "LOCKED",
      `the window ${id}, whose journal is broken from line ${line} on, may overlap with ${plan.id}`,
      {
        hint: `a runner was started that releases every edge and ends it as failed: jeda window follow --id ${id}, then arm again`,
      },
    );
  }
}

/** A window of another night must not stand where a recurring one will come. */
function refuseOverlapWithRules({ places }: RunnerContext, plan: WindowPlan, wanted: Deadlines): void {
  for (const { plan: rule, by } of standingSchedules(places)) {
    const { schedule, zone } = rule;
    for (const one of occurrences(schedule, zone, wanted.start - schedule.reconnectByMs)) {
      if (one.start >= wanted.reconnectBy) break;
      if (one.notRun !== null || one.start + one.reconnectByMs <= wanted.start) continue;
      // One that has been and ended is no hindrance: it has a journal of its own.
      if (one.start < Date.now()) continue;
      const whose = rule.stack === undefined ? "" : ` of the stack ${rule.stack}`;
      throw new JedaError(
        "LOCKED",
        `the recurring window ${rule.id}${whose} (armed by ${by}) comes at ${formatInstant(one.start, zone)} and overlaps with ${plan.id}`,
        { hint: `choose another time, or take the recurring one back: jeda window disarm --id ${rule.id}` },
      );
    }
  }
}
