/** The JSON of `npm run drift -- --json`; schemas/drift.schema.json. Pure. */
import { exitCodes, overall, type StackDrift, type Verdict } from "./classify.ts";

export interface DriftReport {
  readonly version: 1;
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly stacks: readonly StackDrift[];
}

export function driftReport(stacks: readonly StackDrift[]): DriftReport {
  const verdict = overall(stacks);
  return { version: 1, verdict, exitCode: exitCodes[verdict], stacks };
}
