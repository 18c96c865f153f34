/** How many sources a runbook saves at a time, where it saves any. Pure. */
import type { Runbook } from "../model/runbook.ts";

export function parallelOf({ steps }: Runbook): number {
  return Math.max(1, ...steps.flatMap((step) => (step.kind === "backup" ? [step.parallel] : [])));
}
