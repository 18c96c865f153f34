/**
 * `supervise`: starts `run` again when it dies before the window has ended. Under systemd a unit does the same
 * (`launch.ts`). It may die itself: `status`, `follow`, `arm` and `boot` start it again, and it waits for a runner
 * that lived on. It decides nothing: what may still be done is in the journal and at the edges.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { fold } from "../../journal/status-from-journal.ts";
import { exitCodes } from "../../verdict/exit-codes.ts";
import { armAllNext } from "../arming/arm-next.ts";
import { journalOf, need, type RunnerContext } from "../store/context.ts";
import { lockHolder, takeLock } from "../store/lock.ts";
import { superviseScope, windowScope } from "../store/lock-scopes.ts";
import { runnerCommand } from "../supervision/launch.ts";

/** A runner that can't even start is not tried for ever. */
const mostRestarts = 8;
const firstPauseMs = 250;
const longestPauseMs = 10_000;
const pollMs = 500;

export async function supervise(context: RunnerContext): Promise<number> {
  const id = need(context, "window");
  const { state } = context.places;
  const lock = await takeLock(superviseScope(state, id), id);
  for (const signal of ["SIGHUP", "SIGINT"] as const) process.on(signal, () => undefined);
  try {
    let pauseMs = firstPauseMs;
    for (let run = 0; run <= mostRestarts; run++) {
      while ((await lockHolder(windowScope(state, id))) !== null) await delay(pollMs);
      const ended = resultCode(context, id);
      if (ended !== null) {
        // A runner that died right after the end has not done it.
        await armAllNext(context);
        return ended;
      }
      if (run > 0) await delay(pauseMs);
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
      await runOnce(id);
    }
    console.error(`the window ${id} was given up after ${mostRestarts} restarts of its runner`);
    return resultCode(context, id) ?? 1;
  } finally {
    await lock.release();
  }
}

async function runOnce(id: string): Promise<void> {
  const [program = "", ...words] = runnerCommand("run", id);
  // A session of its own: what ends the supervisor does not end the window.
  const child = spawn(program, words, { detached: true, stdio: ["ignore", "inherit", "inherit"], cwd: "/" });
  const [code, signal] = (await once(child, "exit").catch((error: unknown) => [null, String(error)])) as [
    number | null,
    string | null,
  ];
  console.error(`the runner of ${id} ended with ${signal ?? `exit code ${code}`}`);
}

/** Null while the window has not ended; a journal that can't be read has nothing to be restarted for. */
function resultCode(context: RunnerContext, id: string): number | null {
  try {
    const { result } = fold(journalOf(context.places, id)?.entries ?? []);
    return result === null ? null : exitCodes[result];
  } catch {
    return null;
  }
}
