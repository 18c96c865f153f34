/** Whether a stage has earned its window: pure, so that a preview and a test decide alike. */
import type { Promotion } from "../model/hospital.ts";
import type { Runbook } from "../model/runbook.ts";
import { type Statement, sealProblem, statementSchema } from "./statement.ts";

/** What a clock of another machine may be ahead, in milliseconds. */
const CLOCKS_APART_MS = 5 * 60_000;

export interface PromotionDecision {
  /** Empty when the promotion stands. */
  readonly missing: readonly string[];
  /** What is worth saying although it stands. */
  readonly warnings: readonly string[];
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
  if (promotion.override !== undefined) {
    return { missing: [], warnings: [], override: promotion.override.reason };
  }
  const stage = statementSchema.safeParse(output);
  if (!stage.success) {
    return { missing: [`the stack ${promotion.from} has not run a window to its end`], warnings: [] };
  }
  const window = `the window ${stage.data.id} of ${promotion.from}`;
  const { missing, warnings } = checkSeal(promotion, window, stage.data, output);
  const { result, runbookHash, endedAt } = stage.data;
  if (result !== "ok") missing.push(`${window} ended ${result}, not ok`);
  if (runbookHash !== runbook.hash) {
    missing.push(
      `${window} ran another runbook (${runbookHash.slice(0, 8)}, this one is ${runbook.hash.slice(0, 8)})`,
    );
  }
  const ageMs = nowMs - Date.parse(endedAt);
  if (ageMs < -CLOCKS_APART_MS) missing.push(`${window} ended in the future, at ${endedAt}`);
  if (ageMs > promotion.maxAgeMs) {
    missing.push(`${window} ended at ${endedAt}, longer ago than ${days(promotion.maxAgeMs)}`);
  }
  return { missing, warnings };
}

function checkSeal(
  { key, from }: Promotion,
  window: string,
  statement: Statement,
  output: unknown,
): { missing: string[]; warnings: string[] } {
  const seal = (output as { readonly seal?: unknown }).seal;
  if (key === undefined) {
    const text = `${window} is believed without a signature: whoever can write the state of ${from} can forge it; pin its output promotionKey as key in jeda:promotion`;
    return { missing: [], warnings: [text] };
  }
  const problem = sealProblem(statement, seal, key);
  return { missing: problem === null ? [] : [`${window} ${problem}`], warnings: [] };
}

function days(ms: number): string {
  const whole = ms / 86_400_000;
  if (whole < 1) return `${Math.round(ms / 3_600_000)} hours`;
  return `${Number(whole.toFixed(1))} days`;
}
