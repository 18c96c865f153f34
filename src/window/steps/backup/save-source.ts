/** Saves one source: asked what it holds, saved, tried again where a snapshot was not whole, given up where it is late. */

import { expectedMs, ownTimeMs, type PastRun, remainingMs, toBeSaved } from "../../../estimate/duration.ts";
import type { Saved, Survey } from "../../../model/driver.ts";
import { JedaError } from "../../../model/errors.ts";
import type { Source } from "../../../model/hospital.ts";
import { formatDuration } from "../../../schedule/format.ts";
import { unlessStopped } from "../../clocks/clock.ts";
import { backupContext, type Night } from "../../context/window-context.ts";
import { recordSaved } from "./record-saved.ts";
import { giveUp, type Others } from "./source-scheduler.ts";

/** What every source of a step is saved with. */
export interface Saving {
  /** Fires at backupStop, and when the window is stopped. */
  readonly signal: AbortSignal;
  /** Of each. */
  readonly bytesPerSecond?: number;
  readonly past: readonly PastRun[];
  /** Until backupStop. */
  readonly leftMs: () => number;
  /** Who could begin, and end in time, if this one ended now. */
  readonly others: (without: Source) => Others;
}

const progressEveryMs = 2_000;

/** Of one source, when its snapshot was not whole. */
const attempts = 3;

/** Never rejects: how it went is in the journal. "put off" when it gave way to others and may be tried again. */
export async function save(night: Night, source: Source, saving: Saving): Promise<"ended" | "put off"> {
  const { recorder, runtime } = night;
  const began = runtime.clock.bootMs();
  const late = new AbortController();
  recorder.record({ type: "source-started", source: source.name });
  try {
    const { survey, saved } = await saveAgain(night, source, saving, late);
    const durationMs = runtime.clock.bootMs() - began;
    await recordSaved(night, source, saved, {
      durationMs,
      findings: [`the source listed ${survey.items} items with ${survey.bytes} bytes`],
      signal: saving.signal,
    });
    return "ended";
  } catch (error) {
    if (late.signal.aborted && !saving.signal.aborted) {
      recorder.note(`${source.name}: put off: ${late.signal.reason}`);
      return "put off";
    }
    const message = error instanceof Error ? error.message : String(error);
    const reason = saving.signal.aborted ? `it was stopped: ${whyStopped(night)}` : message;
    const durationMs = runtime.clock.bootMs() - began;
    recorder.record({ type: "source-failed", source: source.name, reason, durationMs });
    return "ended";
  }
}

interface Outcome {
  readonly survey: Survey;
  readonly saved: Saved;
}

/**
 * People go on working: a file that is renamed while it is read makes a snapshot incomplete. What was uploaded
 * is kept by the repository, so that another attempt takes little; it is not counted as saved before one is whole.
 */
async function saveAgain(
  night: Night,
  source: Source,
  saving: Saving,
  late: AbortController,
): Promise<Outcome> {
  const driver = night.runtime.driver(source);
  const signal = AbortSignal.any([saving.signal, late.signal]);
  const { bytesPerSecond } = saving;
  const limit = bytesPerSecond === undefined ? {} : { bytesPerSecond };
  for (let attempt = 1; ; attempt++) {
    const which = `${night.recorder.status.runners.length}.${attempt}`;
    const context = backupContext(night, signal, { attempt: which, ...limit });
    try {
      // A driver that does not listen to the signal must not hold up the reconnection.
      const survey = await unlessStopped(driver.survey(source, context), signal);
      const { items, bytes } = survey;
      night.recorder.record({ type: "source-surveyed", source: source.name, items, bytes });
      putOffGrown(source, survey, saving, late);
      const progress = watchProgress(night, source, survey, saving, late);
      const saved = await unlessStopped(driver.backup(source, survey, context, progress), signal);
      return { survey, saved };
    } catch (error) {
      const again = error instanceof JedaError && error.code === "BACKUP" && attempt < attempts;
      if (!again || signal.aborted) throw error;
      night.recorder.note(`${source.name}: attempt ${which} gave no whole snapshot: ${error.message}`);
    }
  }
}

/** What it holds now may be much more than what past windows saved: others that fit go first. */
function putOffGrown(source: Source, { bytes }: Survey, saving: Saving, late: AbortController): void {
  const expected = expectedMs(saving.past, source.name, bytes);
  const leftMs = saving.leftMs();
  if (expected === null || expected <= leftMs || saving.others(source).fit === 0) return;
  const reason = `it holds ${bytes} bytes now and would take ${formatDuration(expected)} by past windows; ${formatDuration(leftMs)} are left until backupStop`;
  late.abort(reason);
  throw new Error(reason);
}

export function skip(night: Night, source: Source, reason: string): void {
  night.recorder.record({ type: "source-skipped", source: source.name, reason });
}

export function whyStopped(night: Night): string {
  return night.recorder.stop.cause?.reason ?? "backupStop had come";
}

/** Tells how far it is, and gives it up where it can't end in time and others could. */
function watchProgress(
  night: Night,
  source: Source,
  survey: Survey,
  saving: Saving,
  late: AbortController,
): (bytes: number) => void {
  const { clock } = night.runtime;
  const began = clock.bootMs();
  let next = began + progressEveryMs;
  const totalBytes = toBeSaved(saving.past, source, survey.bytes);
  const ownMs = ownTimeMs(saving.past, source.name, { bytes: survey.bytes, leftMs: saving.leftMs() });
  return (bytes) => {
    if (clock.bootMs() < next) return;
    next = clock.bootMs() + progressEveryMs;
    night.recorder.record({ type: "source-progress", source: source.name, bytes });
    const elapsedMs = clock.bootMs() - began;
    const reason = giveUp({
      elapsedMs,
      ownMs,
      remainingMs: totalBytes === null ? null : remainingMs({ bytes, totalBytes, elapsedMs }),
      leftMs: saving.leftMs(),
      ...saving.others(source),
    });
    if (reason !== null) late.abort(reason);
  };
}
