/** Sources that, by how long the last window took for them, are not saved before backups are stopped. */

import { expectedMs } from "../../estimate/duration.ts";
import type { Source } from "../../model/hospital.ts";
import { batchesOf } from "../../model/runbook-order.ts";
import type { Circumstances, Finding, PastSave } from "../proof-types.ts";
import type { Terrain } from "../topology.ts";

interface Estimate {
  readonly name: string;
  readonly needsMs: number;
  /** "holds 2.0 GiB and took 5 minutes for 1.0 GiB in the last window". */
  readonly why: string;
}

export function sourcesTooLarge(ground: Terrain, { past, runbook }: Circumstances): readonly Finding[] {
  const { backupStopMs } = ground.hospital.window;
  const batches = runbook === undefined ? null : batchesOf(runbook, ground.hospital.sources);
  const ordered = ground.hospital.sources.toSorted((a, b) => a.order - b.order);
  const estimates = ordered.flatMap((source) => estimateOf(source, past?.[source.name]));
  // A source of unknown speed takes no time here: what is warned of doesn't fit even if that one were quick.
  const all = { names: estimates.map(({ name }) => name), parallel: estimates.length };
  let begin = 0;
  const before: string[] = [];
  return (batches ?? [all]).flatMap(({ names, parallel }) => {
    const lanes = Array.from({ length: Math.max(1, parallel) }, () => begin);
    const own = estimates.filter(({ name }) => names.includes(name));
    const late = own.flatMap((estimate) => tooLate(estimate, { lanes, before, backupStopMs }));
    begin = Math.max(...lanes);
    return late;
  });
}

/** As the window itself will reckon. */
function estimateOf({ name, kind, expectedBytes }: Source, last: PastSave | undefined): readonly Estimate[] {
  if (last === undefined || last.bytes <= 0 || last.durationMs <= 0) return [];
  const { bytes, durationMs } = last;
  const surveyedBytes = last.surveyedBytes ?? (kind === "smb" ? bytes : null);
  const run = { source: name, saved: true, bytes, durationMs, surveyedBytes, at: "" };
  const needsMs = expectedMs([run], name, expectedBytes ?? null);
  if (needsMs === null) return [];
  const listed = surveyedBytes ?? bytes;
  const took = `took ${minutes(durationMs)} for ${gib(listed)} in the last window`;
  return [{ name, needsMs, why: `holds ${gib(expectedBytes ?? listed)} and ${took}` }];
}

interface Queue {
  /** When each of those that are saved at a time is free; milliseconds after the start. */
  readonly lanes: number[];
  readonly before: string[];
  readonly backupStopMs: number;
}

function tooLate(estimate: Estimate, { lanes, before, backupStopMs }: Queue): readonly Finding[] {
  const { name, needsMs, why } = estimate;
  const lane = lanes.indexOf(Math.min(...lanes));
  const begins = lanes[lane] ?? 0;
  lanes[lane] = begins + needsMs;
  const behind = begins === 0 ? "" : `, behind ${before.join(", ")}`;
  before.push(name);
  if (begins + needsMs <= backupStopMs) return [];
  const text = `${name} ${why}: ${minutes(begins + needsMs)} are needed${behind}, the window has ${minutes(backupStopMs)} before backups stop`;
  return [{ code: "source-too-large" as const, text }];
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

function minutes(ms: number): string {
  return `${Math.ceil(ms / 60_000)} minutes`;
}
