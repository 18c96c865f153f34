/**
 * Saves the sources in order of value, so many at a time and never two of one host. One that fails does not stop the
 * others; one that is not expected to end before backupStop comes last, and gives way to those that wait.
 */

import { expectedMs, type PastRun, usualMs } from "../../../estimate/duration.ts";
import type { Source } from "../../../model/hospital.ts";
import type { Step } from "../../../model/runbook.ts";
import { isSavedBy } from "../../../model/runbook-order.ts";
import { type Night, stopAt, until } from "../../context/window-context.ts";
import { openVault } from "../open-vault.ts";
import { type Saving, save, skip, whyStopped } from "./save-source.ts";
import { believedAfterMs, chooseNext } from "./source-scheduler.ts";

type BackupStep = Extract<Step, { kind: "backup" }>;

export async function backup(night: Night, step: BackupStep): Promise<void> {
  const over = night.recorder.status.state === "verifying";
  if (!over) night.recorder.reach("backing-up");
  await openVault(night);
  // A runner before this one had done it all; what is left to verify needs the vault.
  if (over) return;
  const stop = stopAt(night, () => night.boot.backupStop);
  try {
    await saveAll(night, step, stop.signal);
  } finally {
    stop.done();
  }
  night.recorder.stop.signal.throwIfAborted();
}

async function saveAll(night: Night, step: BackupStep, signal: AbortSignal): Promise<void> {
  const waiting = wanted(night, step);
  const running = new Map<Source, Promise<void>>();
  const past = night.runtime.past();
  const expected = new Map(waiting.map((source) => [source, expectedMs(past, source.name, null)]));
  /** Gave way to others once, and is tried again when nothing better could use the time. */
  const late = new Set<Source>();
  const saving = savingOf(night, { step, waiting, running, past, expected, late, signal });
  while (waiting.length > 0 || running.size > 0) {
    if (signal.aborted) for (const source of waiting.splice(0)) skip(night, source, whyStopped(night));
    const start = chooseNext({
      waiting,
      running: [...running.keys()],
      parallel: Math.max(1, step.parallel),
      leftMs: until(night, night.boot.backupStop),
      expectedMs: (source) => (late.has(source) ? Infinity : (expected.get(source) ?? null)),
    });
    if (start === null) {
      if (running.size > 0) await Promise.race(running.values());
      continue;
    }
    waiting.splice(waiting.indexOf(start), 1);
    running.set(
      start,
      save(night, start, saving).then((how) => {
        running.delete(start);
        if (how === "ended") return;
        late.add(start);
        waiting.push(start);
        waiting.sort((a, b) => a.order - b.order);
      }),
    );
  }
}

interface Doing {
  readonly step: BackupStep;
  readonly waiting: readonly Source[];
  readonly running: ReadonlyMap<Source, unknown>;
  readonly past: readonly PastRun[];
  readonly expected: ReadonlyMap<Source, number | null>;
  readonly late: ReadonlySet<Source>;
  readonly signal: AbortSignal;
}

function savingOf(night: Night, { step, waiting, running, past, expected, late, signal }: Doing): Saving {
  const hosts = new Set(waiting.map(({ host }) => host)).size;
  const atOnce = Math.max(1, Math.min(step.parallel, hosts));
  const leftMs = (): number => until(night, night.boot.backupStop);
  return {
    signal,
    // Each has its own share all along: a limit that is never exceeded, not one that is always used up.
    ...(step.bytesPerSecond === undefined ? {} : { bytesPerSecond: step.bytesPerSecond / atOnce }),
    past,
    leftMs,
    others: (without) => {
      const busy = [...running.keys()].filter((source) => source !== without).map(({ host }) => host);
      const left = leftMs();
      // What gave way itself is nobody's reason to: two slow ones would only take turns.
      const fit = waiting.filter(
        (source) => !busy.includes(source.host) && !late.has(source) && (expected.get(source) ?? 0) <= left,
      );
      // Missed windows make what is expected small; what it took counts as well.
      const last = (ms: number | null | undefined): boolean =>
        ms != null && ms <= left && ms > left - believedAfterMs;
      const lastCall = fit.some((one) => last(expected.get(one)) || last(usualMs(past, one.name)));
      return { fit: fit.length, lastCall };
    },
  };
}

/** The step's sources, the most valuable first. */
function wanted(night: Night, step: BackupStep): Source[] {
  const states = new Map(night.recorder.status.sources.map(({ name, state }) => [name, state]));
  const left = ({ name }: Source): boolean => ["waiting", "running"].includes(states.get(name) ?? "waiting");
  // What an earlier runner saved, skipped or gave up is not begun again.
  return night.plan.sources
    .filter((source) => left(source) && isSavedBy(step, source.name, night.plan.runbook.without))
    .toSorted((a, b) => a.order - b.order);
}
