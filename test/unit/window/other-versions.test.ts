/** A journal that another version of jeda wrote: taken up where that is safe, refused where it is not. */
import assert from "node:assert/strict";
import fc from "fast-check";
import { JedaError } from "../../../src/model/errors.ts";
import type { JournalBody, JournalEntry } from "../../../src/model/journal.ts";
import { memoryJournal } from "../../../src/window/journal/journal-writer.ts";
import { canAdvance } from "../../../src/window/journal/state.ts";
import { fold } from "../../../src/window/journal/status-from-journal.ts";
import { FakeHospital } from "./fakes/hospital.ts";
import { plan } from "./fakes/plan.ts";

type Change = (body: JournalBody) => readonly object[];

/** Runs a window to a line, lets the runner die there, and gives its journal to another, changed. */
async function takenUp(lines: number, change: Change) {
  const journal = memoryJournal();
  let died: () => void = () => undefined;
  const death = new Promise<void>((resolve) => {
    died = resolve;
  });
  const hospital: FakeHospital = new FakeHospital(plan, {
    ...journal,
    append(body, at) {
      const entry = journal.append(body, at);
      if (journal.entries.length === lines) {
        hospital.dead = true;
        died();
      }
      return entry;
    },
  });
  await Promise.race([death, hospital.run()]);
  if (!hospital.dead) return null;
  const other = memoryJournal();
  for (const { seq: _, prev: __, hash: ___, at, ...body } of journal.entries) {
    for (const changed of change(body as JournalBody)) other.append(changed as JournalBody, at);
  }
  const next = new FakeHospital(plan, memoryJournal(other.entries), hospital);
  const report = await next.run();
  return { hospital, next, report };
}

const leases = (hospital: FakeHospital): number =>
  hospital.edges.flatMap(({ calls }) => calls.filter((call) => call === "lease")).length;

describe("a journal of another version", () => {
  const newer: Change = (body) => [
    { type: "weather", wind: 3 },
    { ...body, colour: "blue" },
  ];
  const older: Change = (body) => {
    if (body.type === "repository") return [];
    if (body.type === "armed") {
      const { notices: _, stack: __, ...rest } = body.plan;
      const { by: ___, ...armed } = body;
      return [{ ...armed, plan: rest }];
    }
    if (body.type !== "runner") return [body];
    const { startTime: _, bootMs: __, ...rest } = body;
    return [rest];
  };
  const odd: Change = (body) =>
    body.type === "state" && body.state === "isolated" ? [{ type: "state", state: "besieged" }] : [body];

  it("is taken up after any line, isolates nothing twice, and brings everything back", async () => {
    const changes = { newer, older, odd } as const;
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 3, max: 45 }),
        fc.constantFrom("newer", "older", "odd"),
        async (lines, which) => {
          const change: Change = (body) =>
            // The first line must stay the first.
            body.type === "armed" && which === "newer" ? [{ ...body, colour: "blue" }] : changes[which](body);
          const taken = await takenUp(lines, change);
          if (taken === null) return;
          const { hospital, next, report } = taken;
          const isolated = next.recorder.entries.filter(({ type }) => type === "isolated").length;
          assert.ok(isolated <= 1, `${which} ${lines}: isolated ${isolated} times`);
          assert.ok(leases(hospital) <= 4);
          assert.deepEqual(
            hospital.edges.flatMap((edge) => (edge.holds("isolated_if", "admi0") ? [edge.name] : [])),
            [],
          );
          assert.notEqual(report.endedAt, null);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("can be ended from a state that this version does not know, and nothing else", () => {
    const unknown = "besieged" as "isolated";
    assert.ok(canAdvance(unknown, "reconnecting"));
    assert.ok(!canAdvance(unknown, "isolating"));
    assert.ok(!canAdvance(unknown, "backing-up"));
  });

  it("is refused, saying what is missing, when it lacks what a window goes by", () => {
    const [armed] = new FakeHospital().recorder.entries;
    assert.ok(armed?.type === "armed");
    const refused = (changed: object): RegExp | string => {
      try {
        fold([{ ...armed, ...changed } as JournalEntry]);
      } catch (error) {
        assert.ok(error instanceof JedaError);
        assert.equal(error.code, "REFUSED");
        assert.match(error.message, /written by another version of jeda/);
        return error.message;
      }
      return assert.fail("it was not refused");
    };
    const { edges: _, ...withoutEdges } = plan;
    assert.match(String(refused({ plan: withoutEdges })), /edges/);
    assert.match(String(refused({ plan: { ...plan, version: 2 } })), /version/);
    assert.match(String(refused({ deadlines: undefined })), /no moment of start, startCutoff/);
    const { reconnectBy: __, ...deadlines } = armed.deadlines;
    assert.match(String(refused({ deadlines })), /no moment of reconnectBy/);
  });
});
