/** The backup host's clocks. Waiting and deadlines use the boot clock; the wall clock is only for people. */
import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

export interface Clock {
  readonly bootId: string;
  /** Milliseconds since the epoch. */
  wallMs(): number;
  /** Milliseconds since boot; goes on evenly whatever happens to the wall clock. */
  bootMs(): number;
  /** Resolves after `ms`, or early (never rejecting) when the signal fires. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Node's timers take at most 2^31-1 ms; longer waits are made of several. */
const longestTimer = 2 ** 31 - 1;

export function systemClock(): Clock {
  const bootMs = (): number => Math.round(Number.parseFloat(readFileSync("/proc/uptime", "utf8")) * 1000);
  return {
    bootId: readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim(),
    wallMs: () => Date.now(),
    bootMs,
    async sleep(ms, signal) {
      const end = bootMs() + ms;
      for (let left = ms; left > 0 && signal?.aborted !== true; left = end - bootMs()) {
        await delay(Math.min(left, longestTimer), undefined, signal ? { signal } : {}).catch(() => undefined);
      }
    },
  };
}

/** Rejects with the signal's reason, or resolves with what `work` gives: for work that can't be interrupted. */
export async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  // It has begun, also where it came too late: how it ends then is nobody's concern any more.
  work.catch(() => undefined);
  signal.throwIfAborted();
  let onAbort: () => void = () => undefined;
  const stopped = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}
