import { equal, match, notEqual, ok } from "node:assert/strict";
import fc from "fast-check";
import { parseDuration } from "../../../src/config/durations.ts";
import { reportSoFar } from "../../../src/report/build.ts";
import { bytesText, durationText } from "../../../src/report/quantities.ts";
import { reportText } from "../../../src/report/text.ts";
import { fold } from "../../../src/window/fold.ts";
import { FakeHospital } from "../window/fakes/hospital.ts";

describe("the report as text", () => {
  it("says the result first, then when each segment was cut and back", async () => {
    const text = reportText(await new FakeHospital().run());
    match(text.split("\n")[0] ?? "", /^RS Uji: the window .* ended OK$/);
    match(text, /administrative\s+00:00:\d\d\s+00:00:\d\d\s+yes\s+yes/);
    match(text, /records\s+mariadb\s+bbbb2222/);
    match(text, /10 acknowledged, 11 stored, 0 lost/);
  });

  it("says why a window did not end ok before anything else", async () => {
    const hospital = new FakeHospital();
    hospital.storedRecords = 3;
    const lines = reportText(await hospital.run()).split("\n");
    match(lines[3] ?? "", /^Why it is not ok:/);
    match(lines[4] ?? "", /7 of 10 acknowledged records were not stored/);
  });
});

describe("the report of a window that has not ended", () => {
  it("is not ok, and says so first", async () => {
    const hospital = new FakeHospital();
    await hospital.run();
    equal(reportSoFar(hospital.recorder.status).result, "ok");
    const { entries } = hospital.recorder;
    for (let length = 1; length < entries.length; length++) {
      const status = fold(entries.slice(0, length));
      const report = reportSoFar(status);
      notEqual(report.result, "ok", status.state);
      equal(report.reasons[0], `the window has not ended: it is ${status.state}`);
      match(reportText(report, false), /^RS Uji: the window .* has not ended; so far /);
    }
  });
});

describe("quantities", () => {
  it("never show 60 seconds, 60 minutes or 1024 of a unit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10 ** 9 }), (value) => {
        ok(!/\b60(\.0)?[sm]/.test(durationText(value)), durationText(value));
        // What is printed can be written into the configuration again.
        if (value >= 60_000) equal(parseDuration(durationText(value)), Math.round(value / 1000) * 1000);
        ok(!/^1024 /.test(bytesText(value)), bytesText(value));
      }),
      { examples: [[59_999], [59_950], [3_599_600], [1023], [1_048_400], [1_073_741_000]] },
    );
  });
});
