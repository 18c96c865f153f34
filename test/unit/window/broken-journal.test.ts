import { equal, match, ok } from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setBrokenAside } from "../../../src/window/broken-journal.ts";
import { openJournal } from "../../../src/window/journal.ts";
import { FakeHospital } from "./fakes/hospital.ts";
import { plan } from "./fakes/plan.ts";

describe("a journal with a broken chain", () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "jeda-broken-"));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  /** A window that is under way, its line `line` changed by hand. */
  function tampered(line: number): { path: string; hospital: FakeHospital } {
    const path = join(directory, "journal.jsonl");
    const journal = openJournal(path);
    const hospital = new FakeHospital(plan, journal);
    hospital.recorder.enter("preflight");
    hospital.recorder.enter("isolating");
    hospital.recorder.enter("isolated");
    journal.close();
    const lines = readFileSync(path, "utf8").split("\n");
    lines[line - 1] = (lines[line - 1] ?? "").replace('"state":"', '"state":"x');
    writeFileSync(path, lines.join("\n"));
    return { path, hospital };
  }

  it("is kept, and the window only ended: every edge released, the result failed", async () => {
    const { path, hospital } = tampered(3);
    await hospital.edges[0]?.lease({
      bootId: "edge-boot",
      fence: 7,
      deadlineBootMs: hospital.edges[0].bootMs + 90_000,
      elements: [{ set: "isolated_if", value: "admi0" }],
    });
    const aside = setBrokenAside(path, hospital.clock.wallMs());
    equal(aside?.line, 3);
    ok(readdirSync(directory).includes(aside?.kept ?? ""));
    const journal = openJournal(path);
    equal(journal.entries.length, 2);
    const next = new FakeHospital(plan, journal, hospital);
    next.recorder.record({ type: "broken", line: 3, kept: aside?.kept ?? "" });
    const report = await next.run();
    equal(report.result, "failed");
    match(report.reasons[0] ?? "", /journal was damaged from line 3 on/);
    ok(!hospital.edges[0]?.holds("isolated_if"));
    equal(hospital.edges[0]?.calls.filter((call) => call === "lease").length, 1, "only the test's own");
    journal.close();
  });

  it("is left alone when all is well, when it is over, and when its first line is broken", () => {
    const { path, hospital } = tampered(1);
    writeFileSync(path, readFileSync(path, "utf8").replace("RS Uji", "RS Lain"));
    const now = hospital.clock.wallMs();
    equal(setBrokenAside(path, now), null);
    rmSync(path);
    const late = tampered(4);
    equal(setBrokenAside(late.path, now + 3_600_000), null);
    equal(setBrokenAside(late.path, now)?.line, 4);
    equal(setBrokenAside(late.path, now), null, "what is left is whole");
  });
});
