/**
 * `inspect` and `mend`: are the windows as their journals say? Looking changes nothing. Mending starts what was armed
 * and is carried out by nobody any more, and writes anew what only says again what a journal says.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import type { Report } from "../../../model/report.ts";
import type { WindowStatus } from "../../journal/status.ts";
import { fold } from "../../journal/status-from-journal.ts";
import { buildReport } from "../../report/build.ts";
import { journalOf, type RunnerContext } from "../store/context.ts";
import { deadlineMoments, zoneDoubt, zoneDoubtOfRule } from "../store/host-zone.ts";
import { type WindowPlaces, windowPlaces } from "../store/paths.ts";
import { standingSchedules } from "../store/schedules.ts";
import { knownIds, missingIds, rememberOnly } from "../store/window-index.ts";
import { isCarriedOut } from "../supervision/ensure-runner.ts";
import { timerWaits } from "../supervision/launch.ts";
import { boot } from "./boot.ts";

/** Who has just armed a window may not have started its process yet. */
const startingMs = 10_000;

interface Inspected {
  readonly id: string;
  /** Null where no journal can be believed. */
  readonly state: string | null;
  /** One sentence for each thing that is not as it was left. */
  readonly findings: readonly string[];
}

export async function inspect(context: RunnerContext): Promise<number> {
  const windows: Inspected[] = [];
  for (const id of knownIds(context.places)) windows.push(await look(context, id));
  for (const id of missingIds(context.places)) {
    windows.push({ id, state: null, findings: [`${windowPlaces(context.places, id).directory} is gone`] });
  }
  const schedules = standingSchedules(context.places, (file, why) => {
    const finding = `the rule of a recurring window can't be used and arms none: ${why}`;
    windows.push({ id: file, state: null, findings: [finding] });
  });
  for (const schedule of schedules) {
    const doubt = await zoneDoubtOfRule(schedule);
    if (doubt !== null) windows.push({ id: schedule.plan.id, state: null, findings: [doubt] });
  }
  context.print(JSON.stringify({ ok: true, version: 1, windows }));
  return 0;
}

async function look(context: RunnerContext, id: string): Promise<Inspected> {
  const own = windowPlaces(context.places, id);
  let status: WindowStatus;
  try {
    const content = journalOf(context.places, id);
    if (content === null) return { id, state: null, findings: [`${own.journal} is missing or empty`] };
    status = fold(content.entries);
  } catch (error) {
    return { id, state: null, findings: [error instanceof Error ? error.message : String(error)] };
  }
  const { state } = status;
  const findings: string[] = [];
  const changed = changedFiles(own, status);
  if (changed.plan) findings.push(`${own.plan} is not the plan that was armed`);
  if (changed.report !== null) findings.push(`${own.report} does not say what the journal says`);
  if (state === "armed") {
    const doubt = await zoneDoubt(status.plan.zone, deadlineMoments(status.deadlines));
    if (doubt !== null) findings.push(doubt);
  }
  if (state !== "ended") {
    if (existsSync(own.report)) findings.push(`${own.report} is there, but the journal knows of no end`);
    const quietMs = Date.now() - Date.parse(status.at);
    const waits = state === "armed" && timerWaits(id);
    if (quietMs > startingMs && !waits && !(await isCarriedOut(context, id))) {
      findings.push(
        `the window is ${state} and nobody carries it out: its runner and its supervisor are gone`,
      );
    }
  }
  return { id, state, findings };
}

interface Changed {
  readonly plan: boolean;
  /** What the report should be; null where it is so, or the window has not ended. */
  readonly report: Report | null;
}

/** Which of a window's files say something else than its journal. */
function changedFiles(own: WindowPlaces, status: WindowStatus): Changed {
  const built = status.state === "ended" ? buildReport(status) : null;
  return {
    plan: JSON.stringify(parsed(own.plan)) !== JSON.stringify(status.plan),
    report: built === null || sameReport(parsed(own.report), built) ? null : built,
  };
}

/** Of what every version of the report holds; a window that ended before its report was written has none. */
function sameReport(written: unknown, built: Report): boolean {
  if (written === null) return built.result !== "ok";
  const { result, endedAt, hospital, id, runbook, sources = [] } = written as Partial<Report>;
  const essence = (report: Pick<Report, "sources">): string =>
    JSON.stringify(
      report.sources.map(({ name, snapshot, verified, bytes, items }) => [
        name,
        snapshot,
        verified,
        bytes,
        items,
      ]),
    );
  return (
    result === built.result &&
    endedAt === built.endedAt &&
    hospital === built.hospital &&
    id === built.id &&
    runbook?.hash === built.runbook.hash &&
    essence({ sources }) === essence(built)
  );
}

function parsed(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return null;
  }
}

export async function mend(context: RunnerContext): Promise<number> {
  for (const id of knownIds(context.places)) {
    const own = windowPlaces(context.places, id);
    try {
      const content = journalOf(context.places, id);
      if (content === null) continue;
      const status = fold(content.entries);
      const { plan, report } = changedFiles(own, status);
      if (plan) writeFileSync(own.plan, `${JSON.stringify(status.plan, null, 2)}\n`, { mode: 0o600 });
      if (report !== null) {
        writeFileSync(own.report, `${JSON.stringify(report, null, 2)}\n`, { mode: 0o600 });
      }
    } catch {
      // A journal that can't be believed is kept for the inquiry as it is.
    }
  }
  for (const id of missingIds(context.places)) {
    console.error(`the window ${id} is gone with its journal; from now on it is not missed`);
  }
  rememberOnly(context.places, knownIds(context.places));
  return boot(context);
}
