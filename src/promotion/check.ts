/** Whether a stage has earned its window: pure, so that a preview and a test decide alike. */
import { z } from "zod";
import type { Promotion } from "../model/hospital.ts";
import type { Runbook } from "../model/runbook.ts";

/** What the earlier stage's stack says of its last window (its output `window`). */
const stageSchema = z.object({
  id: z.string(),
  result: z.string(),
  runbookHash: z.string(),
  endedAt: z.iso.datetime({ offset: true }),
});

export interface PromotionDecision {
  /** Empty when the promotion stands. */
  readonly missing: readonly string[];
  /** The configured reason, when it is what lets the window through. */
  readonly override?: string;
}

/**
 * @param output the value of the earlier stack's output `window`; undefined when it has none
 * @param nowMs epoch milliseconds: an age is judged when it is asked for, and never stored
 */
export function checkPromotion(
  promotion: Promotion,
  runbook: Runbook,
  output: unknown,
  nowMs: number,
): PromotionDecision {
  if (promotion.override !== undefined) return { missing: [], override: promotion.override.reason };
  const stage = stageSchema.safeParse(output);
  if (!stage.success) {
    return { missing: [`the stack ${promotion.from} has not run a window to its end`] };
  }
  const { id, result, runbookHash, endedAt } = stage.data;
  const missing: string[] = [];
  if (result !== "ok") missing.push(`the window ${id} of ${promotion.from} ended ${result}, not ok`);
  if (runbookHash !== runbook.hash) {
    missing.push(
      `the window ${id} of ${promotion.from} ran another runbook (${runbookHash.slice(0, 8)}, this one is ${runbook.hash.slice(0, 8)})`,
    );
  }
  const ageMs = nowMs - Date.parse(endedAt);
  if (ageMs < 0) missing.push(`the window ${id} of ${promotion.from} ended in the future, at ${endedAt}`);
  if (ageMs > promotion.maxAgeMs) {
    missing.push(
      `the window ${id} of ${promotion.from} ended at ${endedAt}, longer ago than ${promotion.maxAgeMs / 86_400_000} days`,
    );
  }
  return { missing };
}
