/** One window holds a hospital at a time. */
import { JedaError } from "../../../model/errors.ts";
import type { Clock } from "../../clocks/clock.ts";
import { type Lock, takeLock } from "./lock.ts";

/** It may be held by a window that is just ending. Milliseconds. */
const usualPatienceMs = 30_000;
const pauseMs = 500;

/** @param state the directory of the runner's state: two of them are two backup hosts */
export const hospitalScope = (state: string, hospital: string): string => `${state} hospital ${hospital}`;

/** @throws JedaError LOCKED when another window still has it after so many milliseconds. */
export async function hospitalLock(
  scope: string,
  window: string,
  clock: Clock,
  patienceMs = usualPatienceMs,
): Promise<Lock> {
  const giveUp = clock.bootMs() + patienceMs;
  for (;;) {
    try {
      return await takeLock(scope, window);
    } catch (error) {
      const held = error instanceof JedaError && error.code === "LOCKED";
      if (!held || clock.bootMs() > giveUp) throw error;
      await clock.sleep(pauseMs);
    }
  }
}
