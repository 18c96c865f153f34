/** A clock that stands still while anything happens and jumps to the next sleeper when nothing does. */
import type { Clock } from "../../../../src/window/clocks/clock.ts";

interface Sleeper {
  readonly at: number;
  wake(): void;
}

export interface VirtualClock extends Clock {
  /** Moves the wall clock alone. */
  jumpWall(ms: number): void;
}

/** How many turns of the event loop nothing may happen in before time moves on. */
const quietTurns = 3;

export function virtualClock(startMs = Date.parse("2017-05-14T17:00:00Z")): VirtualClock {
  let now = 1_000_000;
  let wallOffset = startMs - now;
  const sleepers = new Set<Sleeper>();
  let pumping = false;
  const pump = async (): Promise<void> => {
    if (pumping) return;
    pumping = true;
    while (sleepers.size > 0) {
      for (let turn = 0; turn < quietTurns; turn++) await new Promise((resolve) => setImmediate(resolve));
      const next = [...sleepers].sort((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      now = Math.max(now, next.at);
      next.wake();
    }
    pumping = false;
  };
  return {
    bootId: "11111111-2222-3333-4444-555555555555",
    wallMs: () => now + wallOffset,
    bootMs: () => now,
    jumpWall: (ms) => {
      wallOffset += ms;
    },
    sleep: (ms, signal) =>
      new Promise((resolve) => {
        if (ms <= 0 || signal?.aborted === true) return resolve();
        const sleeper: Sleeper = {
          at: now + ms,
          wake: () => {
            sleepers.delete(sleeper);
            signal?.removeEventListener("abort", sleeper.wake);
            resolve();
          },
        };
        signal?.addEventListener("abort", sleeper.wake, { once: true });
        sleepers.add(sleeper);
        void pump();
      }),
  };
}
