/** Sources that, by how long their bytes took in the last window, are not saved before backups are stopped. */
import { batchesOf } from "../../model/runbook-order.ts";
import type { Circumstances, Finding } from "../flow.ts";
import type { Terrain } from "../terrain.ts";

interface Estimate {
  readonly name: string;
  readonly bytes: number;
  /** Bytes per second. */
  readonly speed: number;
}

export function sourcesTooLarge(ground: Terrain, { past, runbook }: Circumstances): readonly Finding[] {
  const { backupStopMs } = ground.hospital.window;
  const batches = runbook === undefined ? null : batchesOf(runbook, ground.hospital.sources);
  const ordered = ground.hospital.sources.toSorted((a, b) => a.order - b.order);
  const estimates = ordered.flatMap(({ name, expectedBytes }): readonly Estimate[] => {
    const last = past?.[name];
    if (last === undefined || last.bytes <= 0 || last.durationMs <= 0) return [];
    const speed = (last.bytes / last.durationMs) * 1000;
    return [{ name, bytes: expectedBytes ?? last.bytes, speed }];
  });
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

interface Queue {
  /** When each of those that are saved at a time is free; milliseconds after the start. */
  readonly lanes: number[];
  readonly before: string[];
  readonly backupStopMs: number;
}

function tooLate(estimate: Estimate, { lanes, before, backupStopMs }: Queue): readonly Finding[] {
  const needsMs = (estimate.bytes / estimate.speed) * 1000;
  const lane = lanes.indexOf(Math.min(...lanes));
  const begins = lanes[lane] ?? 0;
  lanes[lane] = begins + needsMs;
  const behind = begins === 0 ? "" : `, behind ${before.join(", ")}`;
  before.push(estimate.name);
  if (begins + needsMs <= backupStopMs) return [];
  const text = `${estimate.name} holds ${gib(estimate.bytes)} and went at ${gib(estimate.speed * 3600)} an hour: ${minutes(begins + needsMs)} are needed${behind}, the window has ${minutes(backupStopMs)} before backups stop`;
  return [{ code: "source-too-large" as const, text }];
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

function minutes(ms: number): string {
  return `${Math.ceil(ms / 60_000)} minutes`;
}
