/** The leases while the window runs: an edge that is rebooted, a heartbeat that is renewed, or stops. */
import { equal, match, ok } from "node:assert/strict";
import { JedaError } from "../../../src/model/errors.ts";
import type { JournalEntry } from "../../../src/model/journal.ts";
import type { WindowPlan } from "../../../src/model/plan.ts";
import type { Report } from "../../../src/model/report.ts";
import { type Journal, memoryJournal } from "../../../src/window/journal/journal-writer.ts";
import { acceptPlan } from "../../../src/window/plan/accept-plan.ts";
import type { FakeEdge } from "./fakes/edge.ts";
import { FakeHospital } from "./fakes/hospital.ts";
import { plan } from "./fakes/plan.ts";
import { slow } from "./fakes/slow.ts";

const heartbeat: WindowPlan = { ...plan, lease: "heartbeat", heartbeatMs: 30_000 };

const edgeOf = (hospital: FakeHospital, index = 0): FakeEdge => {
  const edge = hospital.edges[index];
  if (edge === undefined) throw new Error("an edge");
  return edge;
};

/** Milliseconds that the first edge alone was cut, the other not, once the window has ended. */
async function cutAloneMs(
  { recorder, edges, clock }: FakeHospital,
  whileIsolating: boolean,
): Promise<number> {
  let aloneMs = 0;
  while (recorder.status.state !== "ended") {
    const [a, b] = edges.map((edge) => edge.holds("isolated_if"));
    if ((whileIsolating || recorder.status.state !== "isolating") && a && !b) aloneMs += 200;
    await clock.sleep(200);
  }
  return aloneMs;
}

describe("an edge that is rebooted in the middle of a window", () => {
  it("is isolated again for what is left, proved, and its vault opened after that", async () => {
    const hospital = new FakeHospital();
    slow(hospital, 40_000);
    void hospital.clock.sleep(12_000).then(() => edgeOf(hospital).reboot());
    const report = await hospital.run();
    equal(report.result, "partial");
    match(
      report.reasons.join("; "),
      /^administrative, guest were not isolated by edge for some time between \S+ and \S+: it was rebooted$/,
    );
    const isolated = hospital.recorder.entries.filter((entry) => entry.type === "isolated");
    equal(isolated.length, 2);
    const [, again] = isolated;
    ok(again?.type === "isolated");
    ok(again.timeoutMs <= hospital.deadlines.reconnectBy - Date.parse(again.at) + 10);
    equal(hospital.recorder.entries.filter((entry) => entry.type === "vault-open").length, 2);
    equal(report.segments[0]?.isolatedAt, isolated[0]?.at);
  });

  it("is not isolated again when somebody had released it before the reboot", async () => {
    const hospital = new FakeHospital();
    slow(hospital, 40_000);
    const edge = edgeOf(hospital);
    void hospital.clock.sleep(12_000).then(async () => {
      await edge.release(0);
      edge.reboot();
    });
    const report = await hospital.run();
    equal(report.result, "failed");
    match(report.reasons[0] ?? "", /was released by somebody else/);
    equal(edge.calls.filter((call) => call === "lease").length, 1);
  });

  it("is not isolated again once the window is to end", async () => {
    const hospital = new FakeHospital();
    slow(hospital, 40_000);
    const edge = edgeOf(hospital);
    edge.before = async (command) => {
      if (command !== "clock" || !hospital.recorder.status.state.startsWith("back")) return;
      hospital.recorder.stop.request({ result: "aborted", reason: "aborted by test: drill" });
      await hospital.clock.sleep(3_000);
    };
    void hospital.clock.sleep(12_000).then(() => edge.reboot());
    const report = await hospital.run();
    equal(report.result, "aborted");
    await hospital.clock.sleep(20_000);
    ok(!edge.holds("isolated_if"));
    equal(edge.calls.filter((call) => call === "lease").length, 1);
  });
});

describe("leases that somebody's hand changes in the middle of a window", () => {
  it("are put back, proved, and never called ok: the report has the bounds of the gap", async () => {
    const hospital = new FakeHospital();
    slow(hospital, 40_000);
    const edge = edgeOf(hospital);
    let flushedAt = 0;
    void hospital.clock.sleep(12_000).then(() => {
      flushedAt = hospital.clock.wallMs();
      edge.forget((set) => set !== "vault_open");
    });
    const report = await hospital.run();
    equal(report.result, "partial");
    const [reason = ""] = report.reasons;
    const [, since = "", until = ""] =
      /^administrative, guest were not isolated by edge for some time between (\S+) and (\S+): its kernel/.exec(
        reason,
      ) ?? [];
    ok(Date.parse(since) <= flushedAt && Date.parse(until) >= flushedAt, reason);
    ok(Date.parse(until) - Date.parse(since) <= 11_000, reason);
    const calls = edge.calls.slice(edge.calls.indexOf("shut"));
    ok(
      calls.indexOf("shut") < calls.indexOf("lease") && calls.indexOf("lease") < calls.indexOf("lease vault"),
    );
  });

  it("are seen although it happens just before the end, and the window is not ok", async () => {
    const hospital = new FakeHospital();
    const edge = edgeOf(hospital);
    hospital.check = () => {
      // Verifying is the last step, and a look every 5 s comes too late for it.
      edge.forget(() => true);
      return ["read"];
    };
    const report = await hospital.run();
    equal(report.result, "partial");
    match(report.reasons.join(), /were not isolated by edge for some time between \S+ and \S+/);
  });

  it("are opened again where only the vault was shut, and shortened where they would outlive the deadline", async () => {
    const hospital = new FakeHospital();
    slow(hospital, 60_000);
    const edge = edgeOf(hospital);
    const ends = hospital.clock.bootMs() + hospital.deadlines.reconnectBy - hospital.clock.wallMs();
    void hospital.clock.sleep(12_000).then(() => edge.forget((set) => set === "vault_open"));
    void hospital.clock.sleep(30_000).then(() => edge.lengthen(600_000));
    let longest = 0;
    let opened = false;
    void hospital.clock.sleep(25_000).then(() => {
      opened = edge.holds("vault_open");
    });
    void hospital.clock.sleep(41_000).then(async () => {
      for (const { set, expiresMs } of (await edge.list()).leases)
        if (set !== "vault_open") longest = Math.max(longest, hospital.clock.bootMs() + (expiresMs ?? 1e9));
    });
    const report = await hospital.run();
    equal(report.result, "ok", report.reasons.join("; "));
    ok(opened);
    ok(longest > 0 && longest <= ends + 50, `${longest - ends} ms`);
  });
});

describe("a window with a heartbeat", () => {
  it("is accepted, but not with one that is too short", () => {
    equal(acceptPlan(JSON.stringify(heartbeat)).lease, "heartbeat");
    for (const heartbeatMs of [0, 5_000, 1.5]) {
      let refused: unknown;
      try {
        acceptPlan(JSON.stringify({ ...heartbeat, heartbeatMs }));
      } catch (error) {
        refused = error;
      }
      ok(refused instanceof JedaError, `${heartbeatMs}`);
    }
  });

  it("never holds a lease for longer than one, keeps it all along, and ends ok", async () => {
    const hospital = new FakeHospital(heartbeat);
    slow(hospital, 70_000);
    const edge = edgeOf(hospital);
    let longest = 0;
    let absent = 0;
    const watch = async (): Promise<void> => {
      while (hospital.recorder.status.state !== "ended") {
        for (const { expiresMs } of (await edge.list()).leases) longest = Math.max(longest, expiresMs ?? 1e9);
        const cut = ["backing-up", "verifying"].includes(hospital.recorder.status.state);
        if (cut && !edge.holds("isolated_if", "gues0")) absent++;
        await hospital.clock.sleep(400);
      }
    };
    const watching = watch();
    const report = await hospital.run();
    await watching;
    equal(report.result, "ok", report.reasons.join("; "));
    ok(longest > 20_000 && longest <= 30_000, `${longest} ms`);
    equal(absent, 0);
  });

  it("brings the segments back within one when the runner dies, and a later runner does not cut them again", async () => {
    const hospital = new FakeHospital(heartbeat);
    slow(hospital, 70_000);
    let entries: readonly JournalEntry[] = [];
    void hospital.clock.sleep(20_000).then(() => {
      hospital.dead = true;
      entries = [...hospital.recorder.entries];
    });
    void hospital.run();
    await hospital.clock.sleep(21_000);
    ok(edgeOf(hospital).holds("isolated_if"));
    await hospital.clock.sleep(30_000);
    ok(!edgeOf(hospital).holds("isolated_if") && !edgeOf(hospital).holds("vault_open"));
    const next = new FakeHospital(heartbeat, memoryJournal(entries), hospital);
    const calls = edgeOf(hospital).calls.length;
    const report = await next.run();
    equal(report.result, "failed");
    match(report.reasons.join(), /heartbeat lapsed while no runner was alive/);
    ok(!edgeOf(hospital).calls.slice(calls).includes("lease"));
  });

  it("is released on every edge before one that can't be renewed comes back alone", async () => {
    const edges = [...plan.edges, { name: "standby", ssh: "standby-window", targets: [] }];
    const hospital = new FakeHospital({ ...heartbeat, edges });
    slow(hospital, 90_000);
    const standby = edgeOf(hospital, 1);
    const cutAt = hospital.clock.bootMs() + 15_000;
    standby.before = () => {
      if (hospital.clock.bootMs() > cutAt && hospital.clock.bootMs() < cutAt + 60_000) {
        throw new JedaError("UNREACHABLE", "no route to the standby");
      }
    };
    const alone = cutAloneMs(hospital, false);
    const report = await hospital.run();
    const aloneMs = await alone;
    equal(report.result, "failed");
    match(report.reasons[0] ?? "", /no route to the standby/);
    equal(aloneMs, 0);
  });
});

describe("one of two edges whose connection stalls", () => {
  const edges = [...plan.edges, { name: "standby", ssh: "standby-window", targets: [] }];

  it("keeps the others from being cut alone: under a heartbeat they are released before it comes back", async () => {
    const hospital = new FakeHospital({ ...heartbeat, edges });
    slow(hospital, 90_000);
    const stalledAt = hospital.clock.bootMs() + 15_000;
    edgeOf(hospital, 1).before = async () => {
      if (hospital.clock.bootMs() > stalledAt) await hospital.clock.sleep(3_600_000);
    };
    const alone = cutAloneMs(hospital, false);
    const report = await hospital.run();
    const aloneMs = await alone;
    equal(report.result, "failed");
    match(report.reasons[0] ?? "", /standby did not answer within \d+ ms/);
    equal(aloneMs, 0);
  });

  it("undoes the isolation of the others within seconds when it can't be isolated itself", async () => {
    const hospital = new FakeHospital({ ...plan, edges });
    const standby = edgeOf(hospital, 1);
    let stalls = true;
    standby.before = async (command) => {
      if (command === "lease" && stalls) await hospital.clock.sleep(3_600_000);
    };
    const alone = cutAloneMs(hospital, true);
    const report = await hospital.run();
    stalls = false;
    const aloneMs = await alone;
    equal(report.result, "failed");
    match(report.reasons[0] ?? "", /standby did not answer/);
    ok(aloneMs > 0 && aloneMs < 20_000, `${aloneMs} ms`);
  });

  it("has the vault shut on the others within seconds when it does not open it itself", async () => {
    const hospital = new FakeHospital({ ...plan, edges });
    const standby = edgeOf(hospital, 1);
    let stalls = true;
    standby.before = async (command) => {
      if (command === "lease vault" && stalls) await hospital.clock.sleep(3_600_000);
    };
    const { open, report } = await openAlone(hospital);
    stalls = false;
    equal(report.result, "failed");
    match(report.reasons[0] ?? "", /standby did not answer within 15000 ms/);
    ok(open > 0 && open < 20_000, `${open} ms`);
    ok(report.sources.every(({ snapshot }) => snapshot === null));
    ok(!edgeOf(hospital).holds("isolated_if"));
  });

  it("is not waited for either when another command to it stalls before the opening", async () => {
    const hospital = new FakeHospital({ ...plan, edges });
    const standby = edgeOf(hospital, 1);
    let looks = 0;
    standby.before = async (command) => {
      // The first is preflight's, the second reads the lease back; what follows is the guard's, and holds the turn.
      if (command === "list" && ++looks > 2) await hospital.clock.sleep(3_600_000);
    };
    // A proof that takes so long that the guard looks before the vault is opened.
    hospital.attemptTakesMs = 6_000;
    const { open, report } = await openAlone(hospital);
    equal(report.result, "failed");
    match(report.reasons[0] ?? "", /standby did not answer within 15000 ms/);
    equal(open, 0, "the vault opens nowhere before every edge was looked at");
  });

  it("has the isolation undone when the runner that isolates again was another one than before", async () => {
    const journal = memoryJournal();
    const first = new FakeHospital({ ...plan, edges }, journal);
    slow(first, 60_000);
    void first.run();
    await first.clock.sleep(15_000);
    first.dead = true;
    for (const edge of first.edges) edge.reboot();
    const standby = edgeOf(first, 1);
    let stalls = true;
    standby.before = async (command) => {
      if (command === "lease" && stalls) await first.clock.sleep(3_600_000);
    };
    const next = new FakeHospital({ ...plan, edges }, memoryJournal(journal.entries), first);
    let aloneMs = 0;
    const watch = async (): Promise<void> => {
      while (next.recorder.status.state !== "ended") {
        if (edgeOf(next).holds("isolated_if") && !standby.holds("isolated_if")) aloneMs += 200;
        await next.clock.sleep(200);
      }
    };
    const watching = watch();
    const report = await next.run();
    stalls = false;
    await watching;
    equal(report.result, "failed");
    match(report.reasons[0] ?? "", /standby did not answer/);
    ok(aloneMs > 0 && aloneMs < 20_000, `${aloneMs} ms`);
  });
});

/** How long the first edge has the vault open, milliseconds, and the report. */
async function openAlone(hospital: FakeHospital): Promise<{ open: number; report: Report }> {
  let open = 0;
  const watch = async (): Promise<void> => {
    while (hospital.recorder.status.state !== "ended") {
      if (edgeOf(hospital).holds("vault_open")) open += 200;
      await hospital.clock.sleep(200);
    }
  };
  const watching = watch();
  const report = await hospital.run();
  await watching;
  return { open, report };
}

describe("a wall clock that jumps in any state", () => {
  for (const state of ["preflight", "isolating", "isolated", "backing-up", "verifying", "reconnecting"]) {
    for (const jump of [-10_800_000, 10_800_000]) {
      it(`is no delay and no gain in the report: ${jump / 3_600_000} h while ${state}`, async () => {
        const journal = memoryJournal();
        let jumped = false;
        const append: Journal["append"] = (body, at) => {
          const entry = journal.append(body, at);
          if (body.type === "state" && body.state === state) {
            jumped = true;
            hospital.clock.jumpWall(jump);
          }
          return entry;
        };
        const hospital: FakeHospital = new FakeHospital(plan, { ...journal, append });
        const began = hospital.clock.bootMs();
        const report = await hospital.run();
        ok(jumped);
        equal(report.result, "ok", report.reasons.join("; "));
        const took = hospital.clock.bootMs() - began;
        equal(report.deadlines.kept.reconnectByMs, 180_000 - took);
        ok(Date.parse(report.endedAt) - Date.parse(report.startedAt) <= took);
        const notes = hospital.recorder.status.notes.filter((text) => text.includes("wall clock was put"));
        equal(notes.length, 1);
        match(notes[0] ?? "", jump > 0 ? /forward by 3h/ : /back by 3h/);
      });
    }
  }
});

describe("a wall clock that jumps by hours under a living runner", () => {
  for (const jump of [-10_800_000, 10_800_000]) {
    it(`changes no lease and no end (${jump / 3_600_000} h), not even when the edge is rebooted after it`, async () => {
      const hospital = new FakeHospital();
      slow(hospital, 40_000);
      const ends = hospital.clock.bootMs() + hospital.deadlines.reconnectBy - hospital.clock.wallMs();
      void hospital.clock.sleep(11_000).then(() => {
        hospital.clock.jumpWall(jump);
        edgeOf(hospital).reboot();
      });
      let late = 0;
      let longest = 0;
      const watch = async (): Promise<void> => {
        while (hospital.recorder.status.state !== "ended") {
          for (const { expiresMs } of (await edgeOf(hospital).list()).leases) {
            const end = hospital.clock.bootMs() + (expiresMs ?? 1e9);
            if (end > ends) late++;
            longest = Math.max(longest, end);
          }
          await hospital.clock.sleep(400);
        }
      };
      const watching = watch();
      await hospital.run();
      await watching;
      equal(late, 0, "no lease outlives the deadline");
      ok(ends - longest < 1_000, "and none is shortened");
      equal(hospital.recorder.entries.filter((entry) => entry.type === "isolated").length, 2);
    });
  }
});
