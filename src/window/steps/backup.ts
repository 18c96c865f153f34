/** Saves the sources in order of value, so many at a time; one that fails does not stop the others. */
import type { Saved, Survey } from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import type { Source } from "../../model/hospital.ts";
import type { Step } from "../../model/runbook.ts";
import { unlessStopped } from "../clock.ts";
import { backupContext, type Night, stopAt } from "../night.ts";
import { inspect } from "./inspect.ts";
import { openVault } from "./open-vault.ts";

type BackupStep = Extract<Step, { kind: "backup" }>;

const progressEveryMs = 2_000;

/** Of one source, when its snapshot was not whole. */
const attempts = 3;

export async function backup(night: Night, step: BackupStep): Promise<void> {
  const over = night.recorder.status.state === "verifying";
  if (!over) night.recorder.reach("backing-up");
  await openVault(night);
  // A runner before this one had done it all; what is left to verify needs the vault.
  if (over) return;
  const stop = stopAt(night, () => night.boot.backupStop);
  try {
    const queue = wanted(night, step);
    const worker = async (): Promise<void> => {
      for (let source = queue.shift(); source !== undefined; source = queue.shift()) {
        if (stop.signal.aborted) skip(night, source, whyStopped(night));
        else await save(night, source, stop.signal);
      }
    };
    await Promise.all(Array.from({ length: Math.max(1, step.parallel) }, worker));
  } finally {
    stop.done();
  }
  night.recorder.stop.signal.throwIfAborted();
}

/** The step's sources, the most valuable first. The others are skipped, and it is said. */
function wanted(night: Night, step: BackupStep): Source[] {
  const states = new Map(night.recorder.status.sources.map(({ name, state }) => [name, state]));
  const left = ({ name }: Source): boolean => ["waiting", "running"].includes(states.get(name) ?? "waiting");
  // What an earlier runner saved, skipped or gave up is not begun again.
  const ordered = night.plan.sources.filter(left).toSorted((a, b) => a.order - b.order);
  const chosen = (source: Source): boolean => step.sources === "all" || step.sources.includes(source.name);
  for (const source of ordered.filter((one) => !chosen(one)))
    skip(night, source, "the runbook leaves it out");
  return ordered.filter(chosen);
}

async function save(night: Night, source: Source, signal: AbortSignal): Promise<void> {
  const { recorder, runtime } = night;
  const began = runtime.clock.bootMs();
  recorder.record({ type: "source-started", source: source.name });
  try {
    const { survey, saved } = await saveAgain(night, source, signal);
    const durationMs = runtime.clock.bootMs() - began;
    const { snapshot, bytes, items, findings } = saved;
    night.saved.set(source.name, saved);
    recorder.record({
      type: "source-saved",
      source: source.name,
      snapshot,
      bytes,
      items,
      durationMs,
      findings: [`the source listed ${survey.items} items with ${survey.bytes} bytes`, ...findings],
    });
    await inspect(night, source, saved, signal);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const reason = signal.aborted ? `it was stopped: ${whyStopped(night)}` : message;
    recorder.record({
      type: "source-failed",
      source: source.name,
      reason,
      durationMs: runtime.clock.bootMs() - began,
    });
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
async function saveAgain(night: Night, source: Source, signal: AbortSignal): Promise<Outcome> {
  const driver = night.runtime.driver(source);
  const context = backupContext(night, signal);
  const progress = throttledProgress(night, source);
  for (let attempt = 1; ; attempt++) {
    try {
      // A driver that does not listen to the signal must not hold up the reconnection.
      const survey = await unlessStopped(driver.survey(source, context), signal);
      const saved = await unlessStopped(driver.backup(source, survey, context, progress), signal);
      return { survey, saved };
    } catch (error) {
      const again = error instanceof JedaError && error.code === "BACKUP" && attempt < attempts;
      if (!again || signal.aborted) throw error;
      night.recorder.note(`${source.name}: attempt ${attempt} gave no whole snapshot: ${error.message}`);
    }
  }
}

function skip(night: Night, source: Source, reason: string): void {
  night.recorder.record({ type: "source-skipped", source: source.name, reason });
}

function whyStopped(night: Night): string {
  return night.recorder.stop.cause?.reason ?? "backupStop had come";
}

function throttledProgress(night: Night, source: Source): (bytes: number) => void {
  const { clock } = night.runtime;
  let next = clock.bootMs() + progressEveryMs;
  return (bytes) => {
    if (clock.bootMs() < next) return;
    next = clock.bootMs() + progressEveryMs;
    night.recorder.record({ type: "source-progress", source: source.name, bytes });
  };
}
