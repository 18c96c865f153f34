import { deepEqual, equal, ok } from "node:assert/strict";
import { bootDeadlines } from "../../../src/window/clocks/deadlines.ts";
import { parseJournal } from "../../../src/window/journal/journal-read.ts";
import { fold } from "../../../src/window/journal/status-from-journal.ts";
import { asFirstVersion } from "../../faults/kinds/journals.ts";
import { FakeHospital } from "../window/fakes/hospital.ts";

describe("a journal as the first version wrote it", () => {
  it("is read by today's runner, and gives deadlines that are moments", () => {
    const { recorder, clock } = new FakeHospital();
    recorder.record({ type: "repository", earlier: ["a"] });
    recorder.record({ type: "note", text: "later" });
    const text = asFirstVersion(recorder.entries);
    const { entries, torn } = parseJournal(text, "journal");
    equal(torn, false);
    deepEqual(
      entries.map(({ type }) => type),
      ["armed", "runner", "note"],
    );
    const status = fold(entries);
    equal(status.earlierSnapshots, null);
    ok(Object.values(bootDeadlines(status, clock)).every(Number.isFinite));
  });
});
