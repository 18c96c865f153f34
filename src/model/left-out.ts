/** What a window does not save or verify, by somebody's own word: one sentence each, for preview and report. Pure. */
import type { Source } from "./hospital.ts";
import type { Runbook } from "./runbook.ts";
import { leftOut } from "./runbook-order.ts";

/** @param runbook none where it is not known yet */
export function allLeftOut(
  runbook: Pick<Runbook, "steps" | "without"> | undefined,
  sources: readonly Source[],
): readonly string[] {
  return [
    ...(runbook === undefined ? [] : leftOut(runbook)),
    ...sources.flatMap((source) =>
      source.kind === "smb" && source.exclude !== undefined && source.exclude.length > 0
        ? [`of ${source.name} is not saved: ${source.exclude.join(", ")}`]
        : [],
    ),
  ];
}
