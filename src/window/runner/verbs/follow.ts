/** `follow`: prints the journal's lines as they come, until the window has ended. Looking never changes it. */
import { setTimeout as delay } from "node:timers/promises";
import { JedaError } from "../../../model/errors.ts";
import type { JournalEntry } from "../../../model/journal.ts";
import { fold } from "../../journal/status-from-journal.ts";
import { brokenWindow } from "../store/broken-windows.ts";
import { knownJournal, need, type RunnerContext } from "../store/context.ts";
import { knownWindow } from "../store/window-store.ts";
import { isCarriedOut, revive } from "../supervision/ensure-runner.ts";
import { timerWaits } from "../supervision/launch.ts";

const pollMs = 200;
/** A runner that was just started is not yet in the journal. */
const startingMs = 2_000;
/** So long the restarted runner is waited for. */
const patienceMs = 60_000;

export async function follow(context: RunnerContext): Promise<number> {
  const id = need(context, "window");
  let next = Number(context.asked.from ?? "0");
  if (!Number.isSafeInteger(next) || next < 0) {
    throw new JedaError("CONFIG", `--from "${context.asked.from}" is not a sequence number`);
  }
  let deadSince: number | null = null;
  let lookedAt = 0;
  let brokenSince: number | null = null;
  for (;;) {
    let entries: readonly JournalEntry[];
    try {
      ({ entries } = knownJournal(context.places, id));
    } catch (error) {
      brokenSince ??= performance.now();
      if (!(await isBeingEnded(context, id, brokenSince))) throw error;
      await delay(startingMs);
      continue;
    }
    brokenSince = null;
    for (const entry of entries.slice(next)) context.print(JSON.stringify(entry));
    next = Math.max(next, entries.length);
    const { status, runnerAlive } = knownWindow(id, fold(entries));
    if (status.state === "ended") return 0;
    deadSince = runnerAlive || timerWaits(id) ? null : (deadSince ?? performance.now());
    const deadMs = deadSince === null ? 0 : performance.now() - deadSince;
    if (deadMs > startingMs && performance.now() - lookedAt > startingMs) {
      lookedAt = performance.now();
      await revive(context, id);
    }
    if (deadMs > patienceMs) {
      throw new JedaError("REFUSED", `nobody carries out the window ${id} any more: its runner is dead`, {
        hint: `the edges' kernels reconnect at the deadline by themselves; jeda window abort --id ${id} --reason TEXT starts a new runner, which reconnects at once, proves it and writes the report`,
      });
    }
    await delay(pollMs);
  }
}

/** A runner ends a window whose journal is broken; then it can be read again. */
async function isBeingEnded(context: RunnerContext, id: string, since: number): Promise<boolean> {
  if (brokenWindow(context.places, id) === null) return false;
  const started = await revive(context, id);
  return started || performance.now() - since < patienceMs || isCarriedOut(context, id);
}
