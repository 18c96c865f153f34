import { deepEqual, equal, rejects } from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { isAlive, startTimeOf, thisProcess } from "../../../src/window/clocks/process-identity.ts";
import { lockHolder, takeLock } from "../../../src/window/runner/store/lock.ts";

const module = new URL("../../../src/window/runner/store/lock.ts", import.meta.url).href;
const scope = `test ${process.pid}`;

/** A process of its own that takes the lock and keeps it. */
async function holder(name: string) {
  const code = `const { takeLock } = await import(${JSON.stringify(module)}); await takeLock(${JSON.stringify(name)}, "w1"); console.log("has it"); setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(createInterface({ input: child.stdout }), "line");
  return child;
}

describe("the lock of a hospital", () => {
  it("is given to one, who says who it is", async () => {
    const lock = await takeLock(scope, "w1");
    deepEqual(await lockHolder(scope), { ...thisProcess(), window: "w1" });
    await rejects(takeLock(scope, "w2"), /another window holds this hospital: window w1, process \d+/);
    await lock.release();
    equal(await lockHolder(scope), null);
    await (await takeLock(scope, "w2")).release();
  });

  it("is free at once when its holder is killed", async () => {
    const child = await holder(`${scope} killed`);
    await rejects(takeLock(`${scope} killed`, "w2"), { code: "LOCKED" });
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
    await (await takeLock(`${scope} killed`, "w2")).release();
  });

  it("stays with a holder that is stopped, however long", async () => {
    const child = await holder(`${scope} stopped`);
    child.kill("SIGSTOP");
    try {
      await rejects(takeLock(`${scope} stopped`, "w2"), /a process that does not answer/);
    } finally {
      child.kill("SIGKILL");
    }
  });
});

describe("a process's identity", () => {
  it("is not that of a later process with the same number, nor of another boot", () => {
    const own = thisProcess();
    equal(isAlive(own), true);
    equal(isAlive({ ...own, startTime: "1" }), false);
    equal(isAlive({ ...own, bootId: "another" }), false);
    equal(startTimeOf(2 ** 22 + 1), null);
  });
});
