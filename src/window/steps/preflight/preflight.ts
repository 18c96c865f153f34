/** Before anything is changed: everything that is needed answers, and nothing stands in the way. */
import { JedaError } from "../../../model/errors.ts";
import { unlessStopped } from "../../clocks/clock.ts";
import { type Night, stopAt } from "../../context/window-context.ts";
import { checkEdges } from "./edges.ts";
import { tryBefore } from "./flows.ts";
import { checkPrerequisites } from "./prerequisites.ts";
import { checkServices } from "./services.ts";

/** Throws the first thing that is wrong; nothing is changed by it. */
export async function preflight(night: Night): Promise<void> {
  night.recorder.enter("preflight");
  startCutoff(night);
  const { deadlines } = night.recorder.status;
  const doubt = night.runtime.zoneDoubt(night.plan.zone, Object.values(deadlines)).catch(() => null);
  const silent = new Set<string>();
  const asked = async (who: string, check: Promise<void>): Promise<void> => {
    silent.add(who);
    await check;
    silent.delete(who);
  };
  // Whatever is asked may never answer: a window that waited on would keep the hospital from the next one.
  const stop = stopAt(night, () => night.boot.startCutoff);
  try {
    const edges = asked("the edges", checkEdges(night));
    const checks = [
      edges,
      asked("the services", checkServices(night)),
      asked("the repository or a source", checkPrerequisites(night)),
      // What a probe point sees is judged by what the edges' own tables say.
      edges.then(() => asked("the probe points", tryBefore(night))),
    ];
    await unlessStopped(Promise.all(checks), stop.signal);
  } catch (error) {
    if (!stop.late.aborted || night.recorder.stop.signal.aborted) throw error;
    skipped(night, `${[...silent].join(" and ")} had not answered by startCutoff`);
  } finally {
    stop.done();
  }
  const said = await doubt;
  if (said !== null) night.recorder.note(said);
  startCutoff(night);
}

/** Nothing is started after `startCutoff`: the window is skipped, which is no failure. */
export function startCutoff(night: Night): void {
  const late = night.runtime.clock.bootMs() - night.boot.startCutoff;
  if (late <= 0) return;
  skipped(night, `startCutoff had passed ${Math.round(late / 1000)} s before the isolation could begin`);
}

function skipped(night: Night, reason: string): never {
  night.recorder.stop.request({ result: "skipped", reason });
  throw new JedaError("DEADLINE", reason, {
    hint: "plan the window anew, with a later start or another attempt",
  });
}
