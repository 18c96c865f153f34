/** Waiting a short while for a lock that is only ever held for a moment. */
import { setTimeout as delay } from "node:timers/promises";
import { JedaError } from "../../../model/errors.ts";
import type { Lock } from "./lock.ts";

const patienceMs = 10_000;
const pauseMs = 100;

/** @throws what `take` throws last. */
export async function patiently(take: () => Promise<Lock>): Promise<Lock> {
  const giveUp = performance.now() + patienceMs;
  for (;;) {
    try {
      return await take();
    } catch (error) {
      const waiting = error instanceof JedaError && error.code === "LOCKED" && performance.now() < giveUp;
      if (!waiting) throw error;
      await delay(pauseMs);
    }
  }
}
