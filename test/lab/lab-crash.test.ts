import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { labSh } from "../../lab/access/shell.ts";
import { labDown } from "../../lab/down.ts";
import { labState } from "../../lab/status.ts";
import { labUp } from "../../lab/up.ts";
import { leftovers, machine } from "./footprint.ts";

const one = `c${process.pid}a`;
const other = `c${process.pid}b`;
const log = () => {};

describe("labs that crash, and labs side by side", function () {
  this.timeout(90_000);
  after(async () => {
    await labDown(one);
    await labDown(other);
  });

  it("come up beside each other, and go down alone", async () => {
    const before = await machine();
    await Promise.all([labUp({ id: one, size: "tiny", log }), labUp({ id: other, size: "tiny", log })]);
    await labSh(one, "office", ["sh", "-c", "echo one >/var/tmp/mark"]);
    assert.notEqual((await labSh(other, "office", ["cat", "/var/tmp/mark"])).exitCode, 0);
    await labDown(other);
    assert.deepEqual(leftovers(other), []);
    assert.equal(labState(one).standing, true);
    assert.equal((await labSh(one, "office", ["cat", "/var/tmp/mark"])).stdout, "one\n");
    await labDown(one);
    assert.deepEqual(await machine(), before);
  });

  // Moments of a warm start that takes about two seconds on two cores: early, in the middle, near the end.
  for (const afterMs of [250, 700, 1200, 1700]) {
    it(`leave nothing behind when killed ${afterMs} ms into coming up`, async () => {
      const up = execa(process.execPath, ["commands/lab.ts", "up", "--size", "tiny", "--id", one], {
        reject: false,
        stdout: "ignore",
        stderr: "ignore",
      });
      await sleep(afterMs);
      up.kill("SIGKILL");
      await up;
      await labDown(one);
      assert.deepEqual(leftovers(one), []);
    });
  }

  it("come up again over what a crash left", async () => {
    const up = execa(process.execPath, ["commands/lab.ts", "up", "--size", "tiny", "--id", one], {
      reject: false,
      stdout: "ignore",
      stderr: "ignore",
    });
    await sleep(1000);
    up.kill("SIGKILL");
    await up;
    const state = await labUp({ id: one, size: "tiny", log });
    assert.equal(state.size, "tiny");
    assert.equal(labState(one).standing, true);
  });

  it("refuses a second hand on the same lab only as long as the first is at it", async () => {
    const [first, second] = await Promise.all([
      labUp({ id: one, size: "tiny", log }),
      labUp({ id: one, size: "tiny", log }),
    ]);
    assert.notEqual(first.readyAt, second.readyAt);
    assert.equal(labState(one).standing, true);
  });
});
