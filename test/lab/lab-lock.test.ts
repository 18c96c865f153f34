import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { JedaError } from "../../src/model/errors.ts";
import { withLock } from "../../toolchain/lock.ts";

describe("the lock of a lab", () => {
  const directory = mkdtempSync(join(tmpdir(), "jeda-lock-"));
  const file = join(directory, "lab.lock");
  after(() => rmSync(directory, { recursive: true }));

  it("is held by one at a time, and its file goes with the last", async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 6 }, () =>
        withLock(file, 20, "it", async () => {
          most = Math.max(most, ++inside);
          await sleep(20);
          inside--;
        }),
      ),
    );
    assert.equal(most, 1);
    assert.equal(existsSync(file), false);
  });

  it("is given up when the work fails, and by whoever is killed", async () => {
    await assert.rejects(
      withLock(file, 1, "it", () => Promise.reject(new Error("no"))),
      /^Error: no$/,
    );
    const script = `import { withLock } from "./toolchain/lock.ts";
await withLock(process.argv[1], 1, "it", async () => { console.log("held"); setInterval(() => {}, 1000); await new Promise(() => {}); });`;
    const holder = execa(process.execPath, ["--input-type=module", "-e", script, file], { reject: false });
    await new Promise((resolve) => holder.stdout.once("data", resolve));
    await assert.rejects(
      withLock(file, 1, "it", async () => {}),
      (error) => error instanceof JedaError && error.code === "LOCKED",
    );
    holder.kill("SIGKILL");
    await holder;
    assert.equal(await withLock(file, 5, "it", async () => "mine"), "mine");
  });
});
