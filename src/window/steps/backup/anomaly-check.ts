/** Looks for signs that what was saved is no longer what people wrote. What is found is in the journal. */
import { unusualLoss } from "../../../backup/anomaly/signs.ts";
import type { Saved } from "../../../model/driver.ts";
import type { Source } from "../../../model/hospital.ts";
import { unlessStopped } from "../../clocks/clock.ts";
import { backupContext, type Night } from "../../context/window-context.ts";

/** Where a plan declares no other: people change less than that between two windows. */
export const defaultMostChangedPercent = 50;

/** Never throws: what could not be looked for is noted, and no anomaly. */
export async function inspect(
  night: Night,
  source: Source,
  saved: Saved,
  signal: AbortSignal,
): Promise<void> {
  const { runtime, plan, recorder } = night;
  const mostChangedPercent = plan.mostChangedPercent ?? defaultMostChangedPercent;
  try {
    const good = runtime.lastGood(source.name);
    const limits = { earlier: good?.snapshot ?? null, mostChangedPercent };
    const looking = runtime.driver(source).anomalies(source, saved, backupContext(night, signal), limits);
    const signs = await unlessStopped(looking, signal);
    const lost = good === null ? [] : unusualLoss(good.items, saved.items, mostChangedPercent);
    recorder.record({ type: "inspected", source: source.name, anomalies: [...signs, ...lost] });
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    recorder.note(`${source.name}: signs of an attack could not be looked for: ${why}`);
  }
}
