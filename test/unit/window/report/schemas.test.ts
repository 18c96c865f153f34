/** What is printed is what the published schemas say. */
import { equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { badEnds, describeWindow } from "../../../../src/window/runner/verbs/status.ts";
import { FakeHospital } from "../fakes/hospital.ts";

function validator(name: string): (value: unknown) => string[] {
  const file = new URL(`../../../../schemas/${name}.schema.json`, import.meta.url);
  const validate = new Ajv2020({ allErrors: true, strict: false }).compile(
    JSON.parse(readFileSync(file, "utf8")),
  );
  return (value) => {
    validate(value);
    return (validate.errors ?? []).map((error) => `${error.instancePath} ${error.message}`);
  };
}

describe("the published schemas", () => {
  const endings: Readonly<Record<string, (hospital: FakeHospital) => void>> = {
    ok: () => undefined,
    failed: (hospital) => hospital.survivors.add("guest"),
    partial: (hospital) => {
      hospital.drivers = { records: { survey: () => Promise.reject(new Error("gone")) } };
    },
    aborted: (hospital) => {
      hospital.serviceStatus = () => 500;
    },
  };
  for (const [result, tamper] of Object.entries(endings)) {
    it(`hold for a window that ends ${result}`, async () => {
      const hospital = new FakeHospital();
      tamper(hospital);
      const report = await hospital.run();
      equal(report.result, result);
      equal(validator("report")(report).join("\n"), "");
      const line = validator("journal");
      for (const entry of hospital.recorder.entries) equal(line(entry).join("\n"), "", JSON.stringify(entry));
      const { status } = hospital.recorder;
      const shown = {
        version: 1,
        runner: "test",
        lock: null,
        window: describeWindow({ id: status.plan.id, status, runnerAlive: false }),
        schedules: [],
        brokenJournals: [],
        badEnds: badEnds([{ id: status.plan.id, status }]),
      };
      equal(shown.badEnds.length, result === "ok" ? 0 : 1);
      const seen = { ...status, acknowledged: { by: "dewi", reason: "seen", at: status.at } };
      equal(badEnds([{ id: status.plan.id, status: seen }]).length, 0);
      equal(badEnds([{ id: status.plan.id, status: { ...status, reached: "armed" } }]).length, 0);
      equal(validator("status")(JSON.parse(JSON.stringify(shown))).join("\n"), "");
    });
  }

  it("refuse a report that is not ok and gives no reason, and one with a field too many", async () => {
    const report = await new FakeHospital().run();
    const check = validator("report");
    ok(check({ ...report, result: "failed" }).length > 0);
    ok(check({ ...report, password: "x" }).length > 0);
    ok(check({ ...report, endedAt: "03:00" }).length > 0);
  });
});
