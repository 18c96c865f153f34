/** Wherever the window breaks, its finaliser runs: released, shut, reported. */
import { equal, notEqual, ok } from "node:assert/strict";
import { memoryJournal } from "../../../src/window/journal/journal-writer.ts";
import { FakeHospital } from "./fakes/hospital.ts";
import { plan } from "./fakes/plan.ts";

const released = (hospital: FakeHospital) =>
  ["isolated_if", "isolated_v4", "isolated_v6", "vault_open"].every(
    (set) => !hospital.edges.some((edge) => edge.holds(set as "vault_open")),
  );

describe("the finaliser", () => {
  /** Each breaks another step. */
  const faults: Readonly<Record<string, (hospital: FakeHospital) => void>> = {
    preflight: (hospital) => breakEdge(hospital, "clock"),
    isolate: (hospital) => breakEdge(hospital, "lease"),
    "prove isolated": (hospital) => hospital.survivors.add("guest"),
    "open the vault": (hospital) => breakEdge(hospital, "lease vault"),
    verify: (hospital) => {
      hospital.drivers = {
        records: {
          verify: () => {
            throw new Error("broken");
          },
        },
      };
    },
  };
  for (const [step, fault] of Object.entries(faults)) {
    it(`runs when ${step} throws`, async () => {
      const hospital = new FakeHospital();
      fault(hospital);
      const report = await hospital.run();
      notEqual(report.result, "ok");
      ok(released(hospital));
      equal(hospital.recorder.status.state, "ended");
      ok(report.reasons.length > 0);
    });
  }

  it("runs when an operator aborts at any moment, within 5 s of the decision", async () => {
    for (let afterMs = 0; afterMs <= 24_000; afterMs += 1_500) {
      const hospital = new FakeHospital();
      void hospital.clock.sleep(afterMs).then(() => {
        hospital.recorder.stop.request({ result: "aborted", reason: "aborted by test: drill" });
      });
      const report = await hospital.run();
      ok(released(hospital), `after ${afterMs} ms`);
      const decided = hospital.recorder.entries.find((entry) => entry.type === "reason");
      if (decided === undefined) continue;
      equal(report.result, "aborted", `after ${afterMs} ms: ${report.reasons}`);
      const back = report.deadlines.reconnectedAt;
      if (back !== null) ok(Date.parse(back) - Date.parse(decided.at) <= 5_000);
    }
  });

  it("leaves an abort in the middle of the proof of isolation an abort, whatever attempts under way then see", async () => {
    const slow = (): FakeHospital => Object.assign(new FakeHospital(), { attemptTakesMs: 400 });
    const first = slow();
    const began = first.clock.wallMs();
    await first.run();
    const isolated = first.recorder.entries.find((one) => one.type === "state" && one.state === "isolated");
    const isolatedMs = Date.parse(isolated?.at ?? "") - began;
    for (let later = 0; later <= 3_000; later += 50) {
      const hospital = slow();
      void hospital.clock.sleep(isolatedMs + later).then(() => {
        hospital.recorder.stop.request({ result: "aborted", reason: "aborted by test: drill" });
      });
      const report = await hospital.run();
      equal(report.result, "aborted", `${later} ms after the isolation: ${report.reasons}`);
    }
  });

  it("reconnects within 5 s of the decision although a driver hangs and the first release gets no answer", async () => {
    const hospital = new FakeHospital();
    hospital.drivers = { records: { backup: () => new Promise(() => undefined) } };
    let releases = 0;
    const [edge] = hospital.edges;
    if (edge === undefined) throw new Error("an edge");
    edge.before = (called) =>
      called === "release" && releases++ === 0 ? new Promise(() => undefined) : undefined;
    void hospital.clock.sleep(9_000).then(() => {
      hospital.recorder.stop.request({ result: "aborted", reason: "aborted by test: drill" });
    });
    const report = await hospital.run();
    equal(report.result, "aborted");
    const decided = hospital.recorder.entries.find((entry) => entry.type === "reason");
    const tookMs = Date.parse(report.deadlines.reconnectedAt ?? "") - Date.parse(decided?.at ?? "");
    ok(tookMs <= 5_000, `${tookMs} ms`);
    equal(releases, 2);
  });

  it("runs when the journal's disk is full, and the report still says so", async () => {
    const journal = memoryJournal();
    let lines = 0;
    const hospital = new FakeHospital(plan, {
      ...journal,
      append(body, at) {
        if (++lines > 40) throw new Error("ENOSPC: no space left on device");
        return journal.append(body, at);
      },
    });
    const report = await hospital.run();
    equal(report.result, "failed");
    ok(report.reasons.some((reason) => /journal can't be written.*ENOSPC/.test(reason)));
    ok(released(hospital));
  });
});

function breakEdge(hospital: FakeHospital, command: string): void {
  for (const edge of hospital.edges) {
    edge.before = (called) => {
      if (called === command) throw new Error(`${command} broke`);
    };
  }
}
