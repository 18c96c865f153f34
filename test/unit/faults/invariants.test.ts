import { deepEqual, equal, match } from "node:assert/strict";
import type { JournalEntry } from "../../../src/model/journal.ts";
import { judge, longestSilence, type Observation } from "../../faults/invariants.ts";
import { planFor } from "../../faults/run-cell.ts";

const start = Date.parse("2026-11-23T00:00:00Z");
const at = (second: number): string => new Date(start + second * 1000).toISOString();

/** Five attempts a second over two minutes, without those of the seconds in between. */
const trying = (cutFrom: number, cutTo: number) => {
  const attempts = Array.from({ length: 600 }, (_, index) => ({
    began: start + index * 200,
    ok: index < cutFrom * 5 || index >= cutTo * 5,
  }));
  return { v4: attempts, v6: attempts };
};

const entry = (second: number, body: object): JournalEntry =>
  ({ seq: 0, prev: "", hash: "", at: at(second), ...body }) as JournalEntry;

/** Isolated at 10 s by both edges, released at 40 s; the deadline is at 45 s. */
function observed(change: Partial<Observation> = {}): Observation {
  const plan = planFor("w", 45_000);
  return {
    plan,
    deadlines: {
      start,
      startCutoff: start + 20_000,
      backupStop: start + 30_000,
      reconnectBy: start + 45_000,
    },
    entries: [
      entry(10, { type: "isolated", edge: "edge" }),
      entry(10, { type: "isolated", edge: "edge2" }),
      entry(40, { type: "released", edge: "edge" }),
      entry(40, { type: "released", edge: "edge2" }),
    ],
    followExit: 1,
    report: null,
    edgeOf: { administrative: "edge", guest: "edge2" },
    backWithinMs: null,
    apartMs: null,
    injures: [],
    never: [],
    injury: { from: start, to: start },
    watchedTo: start + 110_000,
    uplink: { clinical: trying(0, 0), administrative: trying(10, 40), guest: trying(10, 40) },
    health: trying(0, 0),
    vault: { clinical: trying(0, 120), administrative: trying(0, 120), guest: trying(0, 120) },
    leases: [],
    reachesBackup: [],
    lost: [],
    unrestorable: [],
    next: null,
    ...change,
  };
}

const withGuest = (cutTo: number) => ({ ...observed().uplink, guest: trying(10, cutTo) });

describe("the judge of the fault matrix", () => {
  it("finds nothing where all was kept", () => deepEqual(judge(observed()), []));

  it("sees a segment that is cut after its edge's release", () => {
    const [found] = judge(observed({ uplink: withGuest(44) }));
    equal(found?.invariant, "back-on-time");
    match(found?.why ?? "", /^guest v4 is cut/);
  });

  it("gives a segment whose edge never confirmed its release until the deadline, and not longer", () => {
    const entries = observed().entries.slice(0, 3);
    deepEqual(judge(observed({ entries, uplink: withGuest(45) })), []);
    equal(judge(observed({ entries, uplink: withGuest(49) })).length, 2);
  });

  it("holds an abort to five seconds from its reason, whatever the journal says of the release", () => {
    const reason = entry(33, { type: "reason", result: "aborted", reason: "the service is silent" });
    const entries = [...observed().entries.slice(0, 2), reason, ...observed().entries.slice(2)];
    deepEqual(judge(observed({ entries })), []);
    match(judge(observed({ entries, backWithinMs: 5_000 }))[0]?.why ?? "", /is cut 2000 ms/);
    deepEqual(judge(observed({ entries, backWithinMs: 7_000 })), []);
  });

  it("sees segments of different edges that return one long after the other", () => {
    const entries = observed().entries.slice(0, 3);
    deepEqual(judge(observed({ entries, uplink: withGuest(44), apartMs: 5_000 })), []);
    const found = judge(observed({ entries, uplink: withGuest(44), apartMs: 3_000 }));
    match(found[0]?.why ?? "", /guest v. is back 4000 ms after administrative/);
  });

  it("sees a service that was silent, a vault that was reached, an entry that is lost", () => {
    const found = judge(
      observed({ health: trying(20, 24), vault: { guest: trying(0, 50) }, lost: ["a", "b"] }),
    );
    deepEqual(
      [...new Set(found.map(({ invariant }) => invariant))],
      ["vault-shut", "records-kept", "clinical-up"],
    );
  });

  it("wants a report of an ended window, but none from a journal that has lost its beginning", () => {
    const end = entry(41, { type: "ended", result: "partial" });
    const whys = (change: Partial<Observation>) => judge(observed(change)).map(({ why }) => why);
    const { entries } = observed();
    const whole = [entry(0, { type: "armed" }), ...entries, end];
    deepEqual(whys({ entries: whole }), ["the window has ended, and there is no report"]);
    deepEqual(whys({ entries: [...entries, end] }), []);
    deepEqual(whys({ entries: [...entries, end], followExit: 0 }), [
      "a journal without its beginning is believed",
    ]);
  });

  it("measures a silence from its first failure to the next success", () => {
    equal(longestSilence(trying(20, 24).v4).ms, 4_000);
    equal(longestSilence(trying(0, 0).v4).ms, 0);
  });
});
