import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { essentials } from "../../../src/cli/essentials.ts";
import { windowOptions } from "../../../src/cli/options.ts";
import { progressLine } from "../../../src/cli/progress.ts";
import { runnerError } from "../../../src/cli/remote-runner.ts";
import { findVerb, verbTable } from "../../../src/cli/verb-table.ts";
import { FakeHospital } from "../window/fakes/hospital.ts";

describe("following a window", () => {
  it("tells the story in short lines, in the hospital's time, without what is as it should be", async () => {
    const hospital = new FakeHospital();
    await hospital.run();
    const lines = hospital.recorder.entries.map(progressLine).filter((line) => line !== null);
    ok(lines.length < 25, `${lines.length} lines`);
    for (const line of lines) {
      match(line, /^00:\d\d:\d\d /);
      ok(line.length < 200, line);
    }
    ok(lines.some((line) => /administrative, guest isolated by edge/.test(line)));
    ok(!lines.some((line) => line.includes("NOT")));
  });

  it("shouts what is not as it should be", async () => {
    const hospital = new FakeHospital();
    hospital.survivors.add("guest");
    await hospital.run();
    const text = hospital.recorder.entries.map(progressLine).join("\n");
    match(text, /NOT AS EXPECTED: held 203\.0\.113\.10:80 from guest is open/);
    match(text, /FAILED: the isolation of guest could not be proved/);
  });

  it("ends with one line of what matters, and gives reasons only where there are any", async () => {
    const report = await new FakeHospital().run();
    const shown = essentials(report, false);
    deepEqual(shown.snapshots, { "office-files": "cccc3333", records: "bbbb2222" });
    equal(shown.result, "ok");
    deepEqual(shown.isolated, ["administrative", "guest"]);
    ok(!("reasons" in shown) && !("acknowledged" in shown));
    ok(!JSON.stringify(shown).includes("\n"));
  });
});

describe("the command line", () => {
  it("loads every verb of its table", async () => {
    for (const [name, { says, load }] of Object.entries(verbTable)) {
      equal(typeof (await load()).run, "function", name);
      ok(says.length > 0);
      deepEqual(findVerb([...name.split(" "), "--json"]).rest, ["--json"]);
    }
  });

  it("refuses words it doesn't know", () => {
    throws(() => findVerb(["window", "stop"]), /"window stop" is not a command/);
    throws(() => findVerb(["constructor"]), /is not a command/);
    throws(() => windowOptions(["--force"]), { code: "CONFIG" });
  });

  it("hands on the runner's own words, and says where there is no runner", () => {
    const line = JSON.stringify({
      error: { code: "LOCKED", message: "held by w1", hint: "wait", changed: "nothing" },
    });
    const error = runnerError("backup", `noise\n${line}\n`, 1);
    deepEqual([error.code, error.message, error.hint], ["LOCKED", "held by w1", "wait"]);
    equal(runnerError("backup", "sh: not found", 127).code, "PREREQUISITE");
    match(runnerError("backup", "Killed", 137).message, /exit code 137: Killed/);
  });
});
