import { equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import type { JournalEntry } from "../../../src/model/journal.ts";
import { bootDeadlines, checkWallClock, fixDeadlines, onEdge } from "../../../src/window/clocks/deadlines.ts";
import { leaseFor, missingLeases } from "../../../src/window/leases/lease-request.ts";
import { FakeHospital } from "./fakes/hospital.ts";
import { plan } from "./fakes/plan.ts";
import { virtualClock } from "./fakes/virtual-clock.ts";

type RunnerEntry = Extract<JournalEntry, { type: "runner" }>;

describe("deadlines", () => {
  it("are refused when they are longer than the site's maximum, or not in order", () => {
    const schedule = (change: object) => ({ ...plan, schedule: { ...plan.schedule, ...change } });
    throws(() => fixDeadlines(schedule({ reconnectByMs: 180_001 }), 0), /maximum isolation is 180 s/);
    throws(() => fixDeadlines(schedule({ backupStopMs: 180_000 }), 0), /not in order/);
    throws(() => fixDeadlines(schedule({ start: "tonight" }), 0), /"tonight" is not an ISO 8601 instant/);
  });

  it("on an edge are never late, and early by at most what the question took", () => {
    const ms = fc.integer({ min: 0, max: 60_000 });
    fc.assert(
      fc.property(fc.nat(10 ** 9), ms, ms, ms, (edgeBoot, there, back, left) => {
        const asked = 5_000_000;
        const reconnectBy = asked + there + back + left;
        const clock = { bootId: "b", bootMs: edgeBoot, wallMs: 0, fence: 0 };
        const deadlines = { start: 0, startCutoff: 0, backupStop: 0, reconnectBy };
        const truth = edgeBoot + (reconnectBy - (asked + there));
        const computed = onEdge(clock, asked + there + back, deadlines);
        ok(computed <= truth && truth - computed <= back);
      }),
    );
  });

  it("are not moved by a wall clock that jumps while a runner is dead, to whichever side", () => {
    fc.assert(
      fc.property(fc.integer({ min: -9_000_000, max: 9_000_000 }), (jump) => {
        const hospital = new FakeHospital();
        const { recorder, clock } = hospital;
        const truth = clock.bootMs() + 180_000;
        const runner = { pid: 1, startTime: "1", version: "1", bootId: clock.bootId, bootMs: clock.bootMs() };
        recorder.record({ type: "runner", ...runner });
        clock.jumpWall(jump);
        ok(bootDeadlines(recorder.status, clock).reconnectBy <= truth, "never later");
      }),
    );
  });

  it("hold on a wall clock alone after the backup host has booted anew", () => {
    const hospital = new FakeHospital();
    const runner = { pid: 1, startTime: "1", version: "1", bootId: "before", bootMs: 99 };
    hospital.recorder.record({ type: "runner", ...runner });
    const left =
      bootDeadlines(hospital.recorder.status, hospital.clock).reconnectBy - hospital.clock.bootMs();
    equal(left, 180_000);
  });

  it("hold on the wall clock where an earlier version's journal does not tell the runner's boot clock", () => {
    const { recorder, clock } = new FakeHospital();
    const runners = recorder.status.runners.map(({ bootMs: _bootMs, ...rest }) => rest as RunnerEntry);
    equal(bootDeadlines({ ...recorder.status, runners }, clock).reconnectBy - clock.bootMs(), 180_000);
  });

  it("are not fixed by clocks that are too far apart; the refusal has both times", () => {
    const { plan } = new FakeHospital();
    const check = (off: number, roundTripMs = 0, changes = {}) =>
      checkWallClock(
        { ...plan, ...changes },
        { edge: "edge", edgeMs: 1_000_000 + off, ownMs: 1_000_000, roundTripMs },
      );
    check(4_900);
    check(-6_500, 2_000);
    throws(
      () => check(-5_100),
      /differ by 5s: the edge edge has 1970-01-01T07:16:34.900\+07:00, the backup host 1970-01-01T07:16:40.000\+07:00/,
    );
    throws(() => check(400, 0, { maxClockDifferenceMs: 300 }), /differ by 400ms/);
    check(7_000_000, 0, { maxClockDifferenceMs: 7_200_000 });
  });
});

describe("leases", () => {
  it("always carry the same absolute deadline, the vault's 5 s before", () => {
    const clock = { bootId: "b", bootMs: 1, wallMs: 0, fence: 3 };
    const edge = {
      name: "edge",
      clock,
      reconnectByBootMs: 500_000,
      isolatedAt: null,
      isolations: 0,
      vaultOpenAt: null,
      releasedAt: null,
    };
    equal(leaseFor(edge, "isolation", plan).deadlineBootMs, 500_000);
    equal(leaseFor(edge, "vault", plan).deadlineBootMs, 495_000);
    throws(() => leaseFor({ ...edge, clock: null }, "vault", plan), /never read/);
  });

  it("are not believed when an element is missing, endless or longer than the deadline", () => {
    const wanted = {
      bootId: "b",
      fence: 0,
      deadlineBootMs: 1_000,
      elements: [{ set: "vault_open" as const, value: "ipv4" }],
    };
    const held = (expiresMs: number | null) => [{ set: "vault_open" as const, value: "ipv4", expiresMs }];
    equal(missingLeases(wanted, held(900), 100).length, 0);
    equal(missingLeases(wanted, [], 100).length, 1);
    equal(missingLeases(wanted, held(null), 100).length, 1);
    equal(missingLeases(wanted, held(1_500), 100).length, 1);
  });
});

describe("the virtual clock of these tests", () => {
  it("wakes sleepers in order and by their own time", async () => {
    const clock = virtualClock();
    const began = clock.bootMs();
    const order: number[] = [];
    await Promise.all([30, 10, 20].map((ms) => clock.sleep(ms).then(() => order.push(ms))));
    equal(order.join(), "10,20,30");
    equal(clock.bootMs() - began, 30);
  });
});
