/**
 * After an anomaly, where that is declared: the vault is shut and the segments stay cut, until an operator releases
 * them, a service fails, or the declared time is over. The kernels hold it like a window, and end it like one.
 */

import { formatDuration } from "../../schedule/format.ts";
import { vaultMarginMs } from "../clocks/deadlines.ts";
import type { Night } from "../context/window-context.ts";
import { holdCauses } from "../verdict/verdict.ts";
import { backToOld, renewAll } from "./grant-extension.ts";
import { tellHeld } from "./notices.ts";

const shutAgainMs = 3_000;

/** Never throws. Resolves when the segments may come back. */
export async function hold(night: Night): Promise<void> {
  const { recorder, plan } = night;
  if (recorder.stop.signal.aborted || plan.onAnomaly === undefined) return;
  if (holdCauses(recorder.status).length === 0) return;
  recorder.reach("holding");
  await shutVault(night);
  if (recorder.status.hold === null) await begin(night, plan.onAnomaly.holdMs);
  await untilOver(night);
}

/** Until it is shut on every edge, or the hold is over: nobody who is infected may reach what was saved. */
async function shutVault(night: Night): Promise<void> {
  const { stop } = night.recorder;
  await Promise.all(
    night.edges.map(async (edge) => {
      while (!stop.signal.aborted && endsIn(night) > 0) {
        try {
          return void (await edge.turn.run(() => edge.client.shut()));
        } catch (error) {
          night.recorder.note(`shutting the vault on ${edge.planned.name}: ${error}; trying again`);
          await night.runtime.clock.sleep(shutAgainMs, stop.signal);
        }
      }
    }),
  );
}

/** Counted from now: sooner than reconnectBy as well as later, but within the site's maximum isolation. */
async function begin(night: Night, holdMs: number): Promise<void> {
  const { recorder, runtime, plan } = night;
  const { deadlines, planned } = recorder.status;
  const most = planned.start + plan.maxIsolationMs - deadlines.reconnectBy;
  const wanted = night.runtime.clock.bootMs() + holdMs - night.boot.reconnectBy;
  const addMs = Math.floor(Math.min(wanted, most));
  const longer = { ...night.boot, reconnectBy: night.boot.reconnectBy + addMs };
  night.extending = true;
  try {
    await renewAll(night, addMs, longer);
    night.boot = longer;
    recorder.record({
      type: "held",
      addMs,
      deadlines: { ...deadlines, reconnectBy: deadlines.reconnectBy + addMs },
    });
  } catch (error) {
    if (recorder.stop.signal.aborted) return;
    await backToOld(night);
    const left = formatDuration(Math.max(0, night.boot.reconnectBy - runtime.clock.bootMs()));
    recorder.note(
      `the leases could not be renewed for the hold: ${error}; it ends in ${left}, by the old deadline`,
    );
    recorder.record({ type: "held", addMs: 0, deadlines });
  } finally {
    night.extending = false;
  }
  void tellHeld(night);
}

function endsIn(night: Night): number {
  return night.boot.reconnectBy - vaultMarginMs - night.runtime.clock.bootMs();
}

async function untilOver(night: Night): Promise<void> {
  const { stop } = night.recorder;
  while (!stop.signal.aborted && endsIn(night) > 0) {
    await night.runtime.clock.sleep(endsIn(night), stop.signal);
  }
  if (!stop.signal.aborted) night.recorder.note("the declared time of the hold is over: reconnecting");
}
