import { equal, match, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import fc from "fast-check";
import { parseDuration } from "../../../../src/config/schema/durations.ts";
import { fold } from "../../../../src/window/journal/status-from-journal.ts";
import { reportSoFar } from "../../../../src/window/report/build.ts";
import { bytesText, durationText } from "../../../../src/window/report/quantities.ts";
import { soFar } from "../../../../src/window/report/so-far.ts";
import { reportText } from "../../../../src/window/report/text.ts";
import { FakeHospital } from "../fakes/hospital.ts";

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

describe("what was noted on the way", () => {
  it("is told, though it did not change the result", async () => {
    const hospital = new FakeHospital();
    const said = "the backup host's own firewall, inet jeda_host, was gone: it was loaded again";
    const { check } = hospital;
    hospital.check = () => {
      hospital.recorder.note(said);
      return check();
    };
    const report = await hospital.run();
    equal(report.result, "ok");
    ok(report.notes.includes(said), report.notes.join("\n"));
    match(reportText(report), /Noted on the way:\n(?: {2}- .*\n)* {2}- the backup host's own firewall/);
  });
});

describe("a window that has not ended", () => {
  it("has no result in any state: what is, and what is still to come", async () => {
    const hospital = new FakeHospital();
    await hospital.run();
    const { entries } = hospital.recorder;
    const check = new Ajv2020({ allErrors: true, strict: false }).compile(
      JSON.parse(readFileSync(new URL("../../../../schemas/report.schema.json", import.meta.url), "utf8")),
    );
    const said = new Map<string, Set<string>>();
    for (let length = 1; length < entries.length; length++) {
      const status = fold(entries.slice(0, length));
      const report = reportSoFar(status);
      const text = reportText(report);
      equal(report.result, null);
      ok(check(JSON.parse(JSON.stringify(report))), JSON.stringify(check.errors));
      ok(!/ended [A-Z]|so far FAILED|PARTIAL|Why it is not ok|never confirmed|\bNO\b/.test(text), text);
      match(text, /^RS Uji: the window .* has not ended\nso far: .*reconnect by 00:03:00\n/);
      said.set(status.state, (said.get(status.state) ?? new Set()).add(report.soFar));
    }
    const some = (state: string, expected: RegExp) =>
      ok(
        [...(said.get(state) ?? [])].some((text) => expected.test(text)),
        `${state}: ${[...(said.get(state) ?? [])].join(" | ")}`,
      );
    some("armed", /^armed, to start at 2017-05-15T00:00:00\.000\+07:00; reconnect by/);
    some("preflight", /^preflight: nothing is cut yet, and nothing will be after 00:01:00; reconnect by/);
    some("isolating", /^isolating; reconnect by/);
    some("isolated", /^isolated since 00:00:\d\d, not proved yet; reconnect by/);
    some(
      "backing-up",
      /^isolated since 00:00:\d\d, proved; backing up office-files, records \(0 of 2 saved\); rec/,
    );
    some("backing-up", /backing up office-files \(1 of 2 saved\)|backing up records \(1 of 2 saved\)/);
    some("verifying", /; verifying \(0 of 2 looked at\); reconnect by/);
    some("reconnecting", /^reconnecting \(1 of 1 edges have confirmed\); reconnect by/);
  });

  it("says a gap, a hold and why it is ending", async () => {
    const hospital = new FakeHospital();
    const { status } = hospital.recorder;
    const edges = status.edges.map((edge) => ({ ...edge, isolatedAt: status.at }));
    const gap = { edge: "edge", segments: ["guest"], since: status.at, until: null, why: "it was rebooted" };
    match(
      soFar({ ...status, state: "backing-up", edges, interruptions: [gap] }),
      /^NOT ISOLATED by edge since 00:00/,
    );
    const sources = status.sources.map((source) => ({ ...source, anomalies: ["the canary x was changed"] }));
    match(
      soFar({ ...status, state: "holding", edges, sources }),
      /held because of an anomaly: .*canary x.*back at the/,
    );
    const causes = [{ result: "aborted", reason: "aborted by dewi: drill" }] as const;
    match(soFar({ ...status, state: "reconnecting", causes }), /ending: aborted by dewi: drill/);
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
