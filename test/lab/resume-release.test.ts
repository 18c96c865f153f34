/** What brings the segments back before the deadline: a heartbeat that stops, and an operator. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { labPlan, WindowLab } from "./window-lab.ts";

const lab = new WindowLab("resrel");

/** Pids of a window's processes on the backup host. */
const pids = (window: string, verbs: string): Promise<string> =>
  lab.sh(
    "backup",
    `for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -qE 'runner[.]mjs (${verbs}) --window ${window} ' && basename $p; done | tr '\\n' ' '`,
  );

/** Seconds until the edge's kernel holds nothing any more. */
async function untilReleased(withinMs: number): Promise<number> {
  const began = Date.now();
  while ((await lab.leases()).length > 0) {
    assert.ok(Date.now() - began < withinMs, `still cut after ${Date.now() - began} ms`);
    await sleep(100);
  }
  return Date.now() - began;
}

describe("coming back before the deadline", () => {
  before(async function () {
    this.timeout(240_000);
    await lab.upWithoutWindow();
  });
  after(() => lab.down());

  it("happens by the kernel within one heartbeat when runner and supervisor are dead", async () => {
    const plan = { ...labPlan("heartbeat"), lease: "heartbeat" as const, heartbeatMs: 15_000 };
    await lab.arm(plan);
    await lab.entry(plan.id, "source-started");
    await lab.sh("backup", `kill -9 ${await pids(plan.id, "supervise|run")}`);
    assert.ok((await lab.leases()).length > 0);
    await untilReleased(16_000);
    const { all } = await lab.jeda(["window", "follow", "--id", plan.id]);
    const report = await lab.report(plan.id);
    assert.equal(report.result, "failed", all);
    assert.match(report.reasons.join(), /heartbeat lapsed/);
    assert.deepEqual(await lab.leases(), []);
  }).timeout(240_000);

  it("happens at once when an operator says so, although the runner stands still; it can't cut again", async () => {
    const plan = labPlan("released");
    await lab.arm(plan);
    await lab.entry(plan.id, "source-started");
    const stopped = await pids(plan.id, "run");
    await lab.sh("backup", `kill -STOP ${stopped}`);
    const { exitCode, all } = await lab.jeda([
      "window",
      "release",
      "--id",
      plan.id,
      "--reason",
      "drill",
      "--by",
      "test",
    ]);
    assert.equal(exitCode, 0, all);
    assert.deepEqual(await lab.leases(), []);
    await lab.sh("backup", `kill -CONT ${stopped}`);
    await lab.jeda(["window", "follow", "--id", plan.id]);
    const report = await lab.report(plan.id);
    assert.equal(report.result, "aborted", report.reasons.join("; "));
    assert.equal(report.reasons[0], "released by test: drill");
    assert.deepEqual(await lab.leases(), []);
  }).timeout(240_000);
});
