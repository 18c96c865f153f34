/** The same under systemd, which boots most backup hosts: a service carries the window, a timer waits for it. */
import assert from "node:assert/strict";
import { rebootHost } from "../../lab/machines/power.ts";
import type { JournalEntry } from "../../src/model/journal.ts";
import { labPlan, WindowLab } from "./window-lab.ts";

const lab = new WindowLab("systemd", ["backup"]);

const times = (entries: readonly JournalEntry[], type: JournalEntry["type"]): number =>
  entries.filter((entry) => entry.type === type).length;

const show = (unit: string, property: string): Promise<string> =>
  lab.sh("backup", `systemctl show --property=${property} --value '${unit}'`);

async function isOk(window: string): Promise<readonly JournalEntry[]> {
  const { all } = await lab.jeda(["window", "follow", "--id", window]);
  const report = await lab.report(window);
  assert.equal(report.result, "ok", `${report.reasons.join("; ")}\n${all}`);
  assert.deepEqual(await lab.leases(), []);
  const entries = await lab.entries(window);
  assert.equal(times(entries, "isolated"), 1);
  return entries;
}

describe("a window on a backup host that systemd boots", () => {
  before(async function () {
    this.timeout(240_000);
    await lab.upWithoutWindow();
    assert.equal(await lab.sh("backup", "cat /proc/1/comm"), "systemd");
  });
  after(() => lab.down());

  it("is a service, which systemd starts again after kill -9, and which ends with the window", async () => {
    const plan = labPlan("service");
    const unit = `jeda-window-${plan.id}.service`;
    await lab.arm(plan);
    await lab.entry(plan.id, "source-started");
    const first = await show(unit, "MainPID");
    assert.match(await lab.sh("backup", `tr '\\0' ' ' </proc/${first}/cmdline`), / run --window service$/);
    await lab.sh("backup", `kill -9 ${first}`);
    const entries = await isOk(plan.id);
    assert.equal(times(entries, "runner"), 2);
    // Behind the end of the window its runner still tidies up.
    for (let round = 0; round < 300 && (await show(unit, "ActiveState")) !== "inactive"; round++);
    assert.equal(await show(unit, "ActiveState"), "inactive");
    const { stdout } = await lab.asOps("ssh", "backup", "systemctl", "--failed", "--plain", "--no-legend");
    assert.equal(stdout, "");
  }).timeout(240_000);

  it("waits as a timer, also over a reboot, which no logout ends, and begins in time", async () => {
    const start = new Date(Date.now() + 128_000);
    const usual = labPlan("timer");
    const at = start.toISOString().replace("Z", "+00:00");
    const plan = { ...usual, schedule: { ...usual.schedule, start: at } };
    const unit = `jeda-window-${plan.id}`;
    await lab.arm(plan);
    const waits = async (): Promise<void> => {
      assert.equal(await show(`${unit}.timer`, "ActiveState"), "active");
      assert.equal(await show(`${unit}.service`, "ActiveState"), "inactive");
      const next = await lab.sh(
        "backup",
        `date -u +%s -d "$(systemctl show -P NextElapseUSecRealtime ${unit}.timer)"`,
      );
      assert.equal(Number(next), Math.floor((start.getTime() - 60_000) / 1_000));
    };
    await waits();
    await rebootHost(lab.id, "backup");
    // The unit that arming has enabled does it, once the network is up.
    for (let round = 0; round < 100 && (await show(`${unit}.timer`, "ActiveState")) !== "active"; round++);
    await waits();
    const { at: began } = await lab.entry(plan.id, "state", ({ state }) => state === "preflight", 180_000);
    assert.ok(Date.parse(began) >= start.getTime());
    assert.equal(times(await isOk(plan.id), "runner"), 1);
    const left = (): Promise<string> => lab.sh("backup", "ls /run/systemd/system | grep jeda-window || true");
    for (let round = 0; round < 300 && (await left()) !== ""; round++);
    assert.equal(await left(), "");
  }).timeout(300_000);
});
