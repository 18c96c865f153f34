/** An operator asks for more time: every edge gives it, or the old deadline stands. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import fc from "fast-check";
import { JedaError } from "../../../src/model/errors.ts";
import type { WindowPlan } from "../../../src/model/plan.ts";
import { memoryJournal } from "../../../src/window/journal/journal-writer.ts";
import { additionOf, type ExtensionRequest } from "../../../src/window/verdict/extension-rules.ts";
import type { FakeEdge } from "./fakes/edge.ts";
import { FakeHospital } from "./fakes/hospital.ts";
import { plan as base } from "./fakes/plan.ts";
import { slow } from "./fakes/slow.ts";

const standby = { name: "standby", ssh: "standby-window", targets: [] };
const plan: WindowPlan = {
  ...base,
  edges: [...base.edges, standby],
  maxIsolationMs: 900_000,
  maxExtensionMs: 300_000,
};

const request = (addMs: number, changes: Partial<ExtensionRequest> = {}): ExtensionRequest => ({
  id: "r1",
  by: "dewi",
  reason: "the archive is large",
  addMs,
  reconnectBy: null,
  validUntilBootMs: Number.MAX_SAFE_INTEGER,
  ...changes,
});

/** Resolves with the longest that any element lived, and whether one was ever absent, once the window has ended. */
async function watch(hospital: FakeHospital): Promise<{ latestMs: number; gaps: number }> {
  const { clock, recorder } = hospital;
  let latestMs = 0;
  let gaps = 0;
  while (recorder.status.state !== "ended") {
    for (const edge of hospital.edges) {
      for (const { expiresMs } of (await edge.list()).leases)
        latestMs = Math.max(latestMs, clock.bootMs() + (expiresMs ?? 1e9));
      const cut = ["backing-up", "verifying"].includes(recorder.status.state);
      if (cut && !edge.holds("isolated_if", "gues0")) gaps++;
    }
    await clock.sleep(300);
  }
  return { latestMs, gaps };
}

const deadlineOf = ({ clock, deadlines }: FakeHospital): number =>
  clock.bootMs() + deadlines.reconnectBy - clock.wallMs();

for (const lease of ["window", "heartbeat"] as const) {
  const leased: WindowPlan = { ...plan, lease, ...(lease === "heartbeat" ? { heartbeatMs: 30_000 } : {}) };
  describe(`extending a window with lease: ${lease}`, () => {
    it("puts backupStop and reconnectBy off, without a gap, and what needed the time is saved", async () => {
      const hospital = new FakeHospital(leased);
      slow(hospital, 200_000);
      const planned = deadlineOf(hospital);
      void hospital.clock.sleep(60_000).then(() => hospital.requests.push(request(120_000)));
      const watching = watch(hospital);
      const report = await hospital.run();
      const { latestMs, gaps } = await watching;
      equal(report.result, "ok", report.reasons.join("; "));
      equal(gaps, 0);
      if (lease === "window") ok(Math.abs(latestMs - planned - 120_000) < 1_000, `${latestMs - planned} ms`);
      ok(latestMs <= planned + 120_000);
      const { planned: before, reconnectBy, backupStop, extensions } = report.deadlines;
      equal(Date.parse(reconnectBy) - Date.parse(before.reconnectBy), 120_000);
      equal(Date.parse(backupStop) - Date.parse(before.backupStop), 120_000);
      deepEqual(
        extensions.map(({ by, reason, addMs }) => ({ by, reason, addMs })),
        [{ by: "dewi", reason: "the archive is large", addMs: 120_000 }],
      );
      equal(hospital.recorder.status.sources.find(({ name }) => name === "records")?.state, "saved");
      ok(hospital.clock.bootMs() > planned, "it really needed the time");
    });

    it("leaves the old deadline where one edge refuses, also in the other's kernel", async () => {
      const hospital = new FakeHospital(leased);
      slow(hospital, 200_000);
      const planned = deadlineOf(hospital);
      const [, second] = hospital.edges as [FakeEdge, FakeEdge];
      let asked = 0;
      second.before = (command) => {
        if (hospital.recorder.status.extending !== null && command === "lease" && asked++ === 0)
          throw new JedaError("REFUSED", "the standby says no");
      };
      void hospital.clock.sleep(60_000).then(() => hospital.requests.push(request(120_000)));
      const report = await hospital.run();
      const refused = hospital.recorder.entries.find(({ type }) => type === "extension-refused");
      ok(refused?.type === "extension-refused");
      match(refused.why, /the standby says no/);
      equal(report.deadlines.reconnectBy, report.deadlines.planned.reconnectBy);
      deepEqual(report.deadlines.extensions, []);
      ok(hospital.clock.bootMs() <= planned + 1_000, "it ended by the old deadline");
      ok((report.deadlines.kept.reconnectByMs ?? -1) >= 0);
    });

    it("survives its runner: the next one keeps what was granted", async () => {
      const hospital = new FakeHospital(leased);
      slow(hospital, 200_000);
      const planned = deadlineOf(hospital);
      void hospital.clock.sleep(60_000).then(() => hospital.requests.push(request(120_000)));
      void hospital.run();
      await hospital.clock.sleep(70_000);
      hospital.dead = true;
      await hospital.clock.sleep(3_000);
      const next = new FakeHospital(leased, memoryJournal([...hospital.recorder.entries]), hospital);
      slow(next, 130_000);
      const watching = watch(next);
      const report = await next.run();
      const { latestMs } = await watching;
      ok(["ok", "partial"].includes(report.result), report.reasons.join("; "));
      ok(next.clock.bootMs() > planned && latestMs <= planned + 120_000);
      equal(report.deadlines.extensions.length, 1);
      equal(next.recorder.status.sources.find(({ name }) => name === "records")?.state, "saved");
    });
  });
}

describe("extending a window", () => {
  it("survives a reboot of an edge: isolated again until the later moment", async () => {
    const hospital = new FakeHospital(plan);
    slow(hospital, 200_000);
    const planned = deadlineOf(hospital);
    void hospital.clock.sleep(60_000).then(() => hospital.requests.push(request(120_000)));
    void hospital.clock.sleep(90_000).then(() => hospital.edges[0]?.reboot());
    const watching = watch(hospital);
    const report = await hospital.run();
    const { latestMs } = await watching;
    ok(hospital.clock.bootMs() > planned && latestMs <= planned + 120_000);
    equal(report.result, "partial");
    match(
      report.reasons.join(),
      /were not isolated by edge for some time between .* and .*: it was rebooted/,
    );
  });

  it("killed in the middle is undone by the next runner, in every kernel", async () => {
    const hospital = new FakeHospital(plan);
    slow(hospital, 200_000);
    const planned = deadlineOf(hospital);
    const [first, second] = hospital.edges as [FakeEdge, FakeEdge];
    second.before = (command) => {
      if (hospital.recorder.status.extending === null || command !== "lease" || hospital.dead) return;
      hospital.dead = true;
      throw new Error("killed");
    };
    void hospital.clock.sleep(60_000).then(() => hospital.requests.push(request(120_000)));
    void hospital.run();
    await hospital.clock.sleep(70_000);
    ok(hospital.dead);
    const ends = async (edge: FakeEdge): Promise<number> =>
      Math.max(
        ...(await edge.list()).leases.map(({ expiresMs }) => hospital.clock.bootMs() + (expiresMs ?? 0)),
      );
    ok((await ends(first)) > planned, "the first edge already holds the longer lease");
    const entries = hospital.recorder.entries.filter(({ type }) => type !== "extension-refused");
    const next = new FakeHospital(plan, memoryJournal([...entries]), hospital);
    slow(next, 200_000);
    let late = 0;
    void next.clock.sleep(5_000).then(async () => {
      late = Math.max(await ends(first), await ends(second)) - planned;
    });
    const report = await next.run();
    ok(late <= 0, `${late} ms`);
    equal(next.recorder.status.extending, null);
    equal(report.deadlines.reconnectBy, report.deadlines.planned.reconnectBy);
  });

  it("is refused with the numbers where the configuration allows less, or nothing", async () => {
    const hospital = new FakeHospital(plan);
    await hospital.run();
    const { status } = hospital.recorder;
    const of = (asked: ExtensionRequest, changes: Partial<WindowPlan> = {}) =>
      additionOf({ ...status, plan: { ...status.plan, ...changes } }, asked);
    const refusal = (work: () => unknown): string => {
      try {
        work();
      } catch (error) {
        if (error instanceof JedaError) return `${error.message} ${error.hint}`;
      }
      return "";
    };
    equal(of(request(300_000)), 300_000);
    match(
      refusal(() => of(request(301_000))),
      /put off to 00:08:00 at the latest, not to 00:08:01: planned 00:03:00, window.maxExtension 5m, granted so far 0s, asked for 5m 1s more 5m can still be granted/,
    );
    match(
      refusal(() => of(request(500), {})),
      /a second or more/,
    );
    match(
      refusal(() => of(request(300_000), { maxIsolationMs: 400_000 })),
      /00:06:40 at the latest/,
    );
    const { maxExtensionMs: _, ...without } = status.plan;
    match(
      refusal(() => additionOf({ ...status, plan: without }, request(1_000))),
      /no window.maxExtension is configured/,
    );
    equal(of({ ...request(0), addMs: null, reconnectBy: status.deadlines.reconnectBy + 9_000 }), 9_000);
  });

  it("never grants more in all than was declared, however it is asked", async () => {
    const hospital = new FakeHospital(plan);
    const { status } = hospital.recorder;
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1_000_000, max: 1_000_000 }), { maxLength: 12 }), (asked) => {
        let now = status;
        for (const addMs of asked) {
          try {
            const granted = additionOf(now, request(addMs));
            ok(granted >= 1_000);
            now = {
              ...now,
              deadlines: { ...now.deadlines, reconnectBy: now.deadlines.reconnectBy + granted },
            };
          } catch (error) {
            ok(error instanceof JedaError && error.code === "REFUSED");
          }
        }
        ok(now.deadlines.reconnectBy <= status.planned.reconnectBy + 300_000);
      }),
    );
  });

  it("is not for a window that is about to reconnect, nor for an answer that nobody waits for", async () => {
    for (const [at, changes] of [
      [165_000, {}],
      [60_000, { validUntilBootMs: 0 }],
    ] as const) {
      const hospital = new FakeHospital(plan);
      slow(hospital, 500_000);
      // Past backupStop nothing is saved any more; a verification is what lasts so long.
      hospital.check = () => ["read"];
      hospital.drivers = {
        ...hospital.drivers,
        "office-files": { verify: () => new Promise(() => undefined) },
      };
      void hospital.clock.sleep(at).then(() => hospital.requests.push(request(60_000, changes)));
      const report = await hospital.run();
      equal(report.deadlines.reconnectBy, report.deadlines.planned.reconnectBy);
      const refused = hospital.recorder.entries.find(({ type }) => type === "extension-refused");
      ok(refused?.type === "extension-refused");
      match(refused.why, /only 1\ds are left|nobody waits/);
    }
  });

  it("loses against a service that fails: everything is back at once", async () => {
    const hospital = new FakeHospital(plan);
    slow(hospital, 400_000);
    void hospital.clock.sleep(60_000).then(() => hospital.requests.push(request(300_000)));
    void hospital.clock.sleep(250_000).then(() => {
      hospital.serviceStatus = () => 500;
    });
    const began = hospital.clock.bootMs();
    const report = await hospital.run();
    equal(report.result, "aborted");
    ok(hospital.clock.bootMs() - began < 275_000);
    ok(hospital.edges.every((edge) => !edge.holds("isolated_if")));
  });
});
