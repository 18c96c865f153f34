/** An edge that is rebooted in the middle of a window: service first, then isolated again for what is left. */
import assert from "node:assert/strict";
import { rebootHost } from "../../lab/machines/power.ts";
import { labPlan, WindowLab } from "./window-lab.ts";

const lab = new WindowLab("resedge");

describe("an edge that is rebooted under a living runner", () => {
  before(async function () {
    this.timeout(240_000);
    await lab.upWithoutWindow();
  });
  after(() => lab.down());

  it("is isolated again until the same moment, and everything is back in time", async () => {
    const plan = labPlan("rebooted-edge");
    await lab.arm(plan);
    await lab.entry(plan.id, "source-started");
    await rebootHost(lab.id, "edge");
    const { all } = await lab.jeda(["window", "follow", "--id", plan.id]);
    const report = await lab.report(plan.id);
    const entries = await lab.entries(plan.id);
    const isolated = entries.filter((entry) => entry.type === "isolated");
    assert.equal(isolated.length, 2, all);
    const [, again] = isolated;
    const deadline = Date.parse(report.deadlines.reconnectBy);
    assert.ok(again?.type === "isolated" && Date.parse(again.at) + again.timeoutMs <= deadline + 1_000);
    assert.ok((report.deadlines.kept.reconnectByMs ?? -1) > 0, report.reasons.join("; "));
    assert.deepEqual(await lab.leases(), []);
  }).timeout(240_000);
});
