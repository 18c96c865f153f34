/** Before anything is changed: everything that is needed answers, and nothing stands in the way. */
import { JedaError } from "../../model/errors.ts";
import type { Night } from "../night.ts";
import { checkEdges } from "./preflight-edges.ts";
import { tryBefore } from "./preflight-flows.ts";
import { checkPrerequisites } from "./preflight-prerequisites.ts";
import { checkServices } from "./preflight-services.ts";

/** Throws the first thing that is wrong; nothing is changed by it. */
export async function preflight(night: Night): Promise<void> {
  night.recorder.enter("preflight");
  startCutoff(night);
  await Promise.all([checkEdges(night), checkServices(night), checkPrerequisites(night), tryBefore(night)]);
  startCutoff(night);
}

/** Nothing is started after `startCutoff`: the window is skipped, which is no failure. */
export function startCutoff(night: Night): void {
  const late = night.runtime.clock.bootMs() - night.boot.startCutoff;
  if (late <= 0) return;
  const reason = `startCutoff had passed ${Math.round(late / 1000)} s before the isolation could begin`;
  night.recorder.stop.request({ result: "skipped", reason });
  throw new JedaError("DEADLINE", reason, {
    hint: "plan the window anew, with a later start or another attempt",
  });
}
