/** What was saved of a source counts from now on: it is in the journal, and is looked into. */
import type { Saved } from "../../../model/driver.ts";
import type { Source } from "../../../model/hospital.ts";
import type { Night } from "../../context/window-context.ts";
import { inspect } from "./anomaly-check.ts";

export interface HowSaved {
  readonly durationMs: number;
  /** Sentences for the report, before the driver's own. */
  readonly findings?: readonly string[];
  readonly signal: AbortSignal;
}

export async function recordSaved(
  night: Night,
  source: Source,
  saved: Saved,
  { durationMs, findings = [], signal }: HowSaved,
): Promise<void> {
  const { snapshot, bytes, items, incomplete = [] } = saved;
  night.saved.set(source.name, saved);
  night.recorder.record({
    type: "source-saved",
    source: source.name,
    snapshot,
    bytes,
    items,
    durationMs,
    findings: [...findings, ...saved.findings],
    ...(incomplete.length === 0 ? {} : { incomplete }),
  });
  await inspect(night, source, saved, signal);
}
