import { deepEqual, equal, ok } from "node:assert/strict";
import { FakeHospital } from "./fakes/hospital.ts";

describe("a window in memory", () => {
  it("ends ok when everything is proved, saved, verified and back", async () => {
    const hospital = new FakeHospital();
    const report = await hospital.run();
    deepEqual(report.reasons, []);
    equal(report.result, "ok");
    deepEqual(
      report.segments.map(({ name, provedIsolated, provedConnected }) => [
        name,
        provedIsolated,
        provedConnected,
      ]),
      [
        ["clinical", null, true],
        ["administrative", true, true],
        ["guest", true, true],
      ],
    );
    ok(report.sources.every((source) => source.verified));
    deepEqual(report.records, { sent: 12, acknowledged: 10, stored: 11, lost: 0 });
    equal(report.vault.provedShut, true);
    ok((report.deadlines.kept.reconnectByMs ?? 0) > 100_000);
  });
});
