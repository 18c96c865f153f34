/** After an anomaly: reported, or held as declared, and a service or an operator always wins. */
import { equal, match, ok } from "node:assert/strict";
import type { WindowPlan } from "../../../src/model/plan.ts";
import { memoryJournal } from "../../../src/window/journal/journal-writer.ts";
import { lastGood } from "../../../src/window/verdict/baseline-snapshot.ts";
import { FakeHospital } from "./fakes/hospital.ts";
import { plan as base } from "./fakes/plan.ts";

const plan: WindowPlan = { ...base, maxIsolationMs: 1_200_000, onAnomaly: { holdMs: 600_000 } };

function infected(hospital: FakeHospital): FakeHospital {
  hospital.drivers = {
    "office-files": { anomalies: async () => ["the canary do-not-touch.docx was changed"] },
  };
  return hospital;
}

/** What holds at a moment of the hold. */
function during(hospital: FakeHospital, ms: number, look: () => void): void {
  void hospital.clock.sleep(ms).then(look);
}

describe("an anomaly", () => {
  it("is reported, is never ok, and holds nothing where that was not declared", async () => {
    const hospital = infected(new FakeHospital(base));
    const report = await hospital.run();
    equal(report.result, "partial");
    equal(report.reasons.join(), "an anomaly in office-files: the canary do-not-touch.docx was changed");
    equal(report.heldSince, null);
    ok((report.deadlines.kept.reconnectByMs ?? 0) > 60_000, "it ended early");
  });

  for (const lease of ["window", "heartbeat"] as const) {
    it(`holds the segments with the vault shut, past the old deadline, until the declared time is over (lease: ${lease})`, async () => {
      const hospital = infected(new FakeHospital({ ...plan, lease }));
      const [edge] = hospital.edges;
      let held = 0;
      let open = 0;
      let longest = 0;
      const began = hospital.clock.bootMs();
      for (let at = 60_000; at < 590_000; at += 10_000) {
        during(hospital, at, () => {
          if (hospital.recorder.status.state !== "holding") return;
          if (edge?.holds("isolated_if") === true) held++;
          if (edge?.holds("vault_open") === true) open++;
        });
      }
      during(hospital, 400_000, async () => {
        for (const { expiresMs } of (await edge?.list())?.leases ?? [])
          longest = Math.max(longest, hospital.clock.bootMs() + (expiresMs ?? 1e9));
      });
      const report = await hospital.run();
      equal(held, 53);
      equal(open, 0);
      ok(hospital.clock.bootMs() - began > 600_000 && hospital.clock.bootMs() - began < 640_000);
      ok(longest <= hospital.clock.bootMs() + 10_000, "the kernel would have ended it too");
      equal(report.result, "partial");
      match(report.reasons.join("; "), /the segments stayed cut because of it from 2017/);
      ok(report.heldSince !== null && report.vault.shutAt === report.heldSince);
      ok((report.deadlines.kept.reconnectByMs ?? -1) >= 0, "by the deadline as it was held");
      ok(!edge?.holds("isolated_if"));
    });
  }

  it("ends at once when an operator releases, and when a service fails", async () => {
    const released = infected(new FakeHospital(plan));
    during(released, 300_000, () => {
      equal(released.recorder.status.state, "holding");
      released.recorder.stop.request({ result: "partial", reason: "released by dewi: it was a drill" });
    });
    const report = await released.run();
    equal(report.result, "partial");
    match(report.reasons.join(), /released by dewi: it was a drill/);
    const failing = infected(new FakeHospital(plan));
    during(failing, 300_000, () => {
      failing.serviceStatus = () => 500;
    });
    const began = failing.clock.bootMs();
    equal((await failing.run()).result, "aborted");
    ok(failing.clock.bootMs() - began < 325_000);
    ok(!failing.edges[0]?.holds("isolated_if"));
  });

  it("is held on by the next runner when this one dies, until the same moment", async () => {
    const hospital = infected(new FakeHospital(plan));
    const began = hospital.clock.bootMs();
    void hospital.run();
    await hospital.clock.sleep(200_000);
    equal(hospital.recorder.status.state, "holding");
    hospital.dead = true;
    await hospital.clock.sleep(100_000);
    ok(hospital.edges[0]?.holds("isolated_if"), "the kernel holds on");
    const next = new FakeHospital(plan, memoryJournal([...hospital.recorder.entries]), hospital);
    const report = await next.run();
    equal(report.result, "partial");
    ok(next.clock.bootMs() - began > 600_000 && next.clock.bootMs() - began < 640_000);
  });

  it("ends by the old deadline where an edge refuses the longer lease", async () => {
    const hospital = infected(new FakeHospital(plan));
    const [edge] = hospital.edges;
    const began = hospital.clock.bootMs();
    if (edge !== undefined) {
      edge.before = (command) => {
        if (command === "lease" && hospital.recorder.status.state === "holding") throw new Error("no");
      };
    }
    const report = await hospital.run();
    equal(report.result, "partial");
    ok(hospital.clock.bootMs() - began <= 181_000);
    ok((report.deadlines.kept.reconnectByMs ?? -1) >= 0);
  });

  it("is not what the next window is measured by, until somebody has acknowledged it", async () => {
    const clean = new FakeHospital(base);
    await clean.run();
    await clean.clock.sleep(86_400_000);
    const bad = infected(new FakeHospital(base, memoryJournal(), clean));
    bad.snapshots = ["aaaa1111"];
    await bad.run();
    const [first, second] = [clean.recorder.status, bad.recorder.status];
    const renamed = {
      ...second,
      sources: second.sources.map((one) => ({ ...one, snapshot: "newer" })),
    };
    equal(lastGood([first, renamed], "RS Uji", "office-files")?.snapshot, "cccc3333");
    equal(lastGood([first, renamed], "RS Uji", "records")?.snapshot, "newer");
    const acknowledged = { ...renamed, acknowledged: { by: "dewi", reason: "a drill", at: renamed.at } };
    equal(lastGood([first, acknowledged], "RS Uji", "office-files")?.snapshot, "newer");
    equal(lastGood([first], "another hospital", "office-files"), null);
  });
});
