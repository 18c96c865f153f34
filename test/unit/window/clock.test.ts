import { equal, rejects } from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { unlessStopped } from "../../../src/window/clocks/clock.ts";

describe("work that is waited for unless the window is stopped", () => {
  const stopped = new Error("the deadline has come");

  it("is given up with the reason, and how it ends later disturbs nobody", async () => {
    const stop = new AbortController();
    const strays: unknown[] = [];
    const stray = (error: unknown): void => void strays.push(error);
    const others = process.listeners("unhandledRejection");
    process.removeAllListeners("unhandledRejection").on("unhandledRejection", stray);
    try {
      const before = unlessStopped(Promise.reject(new Error("too late")), AbortSignal.abort(stopped));
      await rejects(before, stopped);
      const during = unlessStopped(
        sleep(5).then(() => {
          throw new Error("later");
        }),
        stop.signal,
      );
      stop.abort(stopped);
      await rejects(during, stopped);
      await sleep(20);
      equal(strays.length, 0, String(strays[0]));
    } finally {
      process.removeAllListeners("unhandledRejection");
      for (const listener of others) process.on("unhandledRejection", listener);
    }
  });

  it("gives its result, or its own failure, to whoever waits", async () => {
    const { signal } = new AbortController();
    equal(await unlessStopped(Promise.resolve(7), signal), 7);
    await rejects(unlessStopped(Promise.reject(new Error("no")), signal), /^Error: no$/);
  });
});
