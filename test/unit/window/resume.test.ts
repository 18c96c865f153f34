/** A runner killed after any line of its journal, and another that takes the window up. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import type { JournalEntry } from "../../../src/model/journal.ts";
import { memoryJournal } from "../../../src/window/journal/journal-writer.ts";
import { leaseFor } from "../../../src/window/leases/lease-request.ts";
import { FakeHospital } from "./fakes/hospital.ts";
import { type Killed, killedAfter, successor } from "./fakes/killed.ts";
import { plan } from "./fakes/plan.ts";

const started = (entries: readonly JournalEntry[]): readonly string[] =>
  entries.flatMap((entry) => (entry.type === "source-saved" ? [entry.source] : []));

describe("a window whose runner was killed", () => {
  it("is taken up after any line: nothing twice, all back in time, and it can still end well", async () => {
    let seen = 0;
    const results = new Map<string, Set<string>>();
    for (let lines = 3; ; lines++) {
      const killed = await killedAfter(lines);
      if (killed === null) break;
      seen++;
      const { state } = killed.hospital.recorder.status;
      const [edge] = killed.hospital.edges;
      const leasesBefore = edge?.calls.filter((call) => call === "lease").length ?? 0;
      const isolated = edge?.holds("isolated_if");
      const next = successor(killed);
      const report = await next.run();
      const where = `after line ${lines} (${state}): ${report.result}: ${report.reasons.join("; ")}`;
      results.set(state, (results.get(state) ?? new Set()).add(report.result));
      ok(["ok", "partial"].includes(report.result), where);
      ok(!edge?.holds("isolated_if") && !edge?.holds("vault_open"), where);
      const leases = edge?.calls.filter((call) => call === "lease").length ?? 0;
      if (isolated === true) equal(leases, leasesBefore, `isolated again although the lease lived, ${where}`);
      const saved = started(next.recorder.entries);
      equal(new Set(saved).size, saved.length, `saved twice, ${where}`);
      ok((report.deadlines.kept.reconnectByMs ?? -1) > 0, where);
      ok(
        report.sources.every((source) => source.verified),
        where,
      );
    }
    ok(seen > 40, `${seen} lines`);
    for (const state of ["preflight", "backing-up", "verifying", "reconnecting"]) {
      ok(results.get(state)?.has("ok"), `${state}: ${[...(results.get(state) ?? [])].join()}`);
    }
  });

  it("is at best partial when connections held open were lost before they could be tried", async () => {
    const killed = await killedInState("isolating");
    const report = await successor(killed).run();
    equal(report.result, "partial");
    match(
      report.reasons.join(),
      /proved in part only: new connections were cut; those held open before were lost/,
    );
  });

  it("goes on where the edge carried out a lease that the runner did not live to write down", async () => {
    const killed = await killedInState("isolating");
    const [edge] = killed.hospital.edges;
    const [status] = killed.hospital.recorder.status.edges;
    ok(edge !== undefined && status !== undefined);
    equal(status.isolations, 0);
    await edge.lease(leaseFor(status, "isolation", killed.hospital.plan));
    const next = successor(killed);
    const report = await next.run();
    ok(["ok", "partial"].includes(report.result), report.reasons.join("; "));
    ok(next.recorder.entries.some((entry) => entry.type === "isolation-proved"));
    ok(report.sources.every((source) => source.verified));
  });

  it("isolates again, until the same moment, on an edge that was rebooted meanwhile", async () => {
    const killed = await killedInState("backing-up");
    const [edge] = killed.hospital.edges;
    edge?.reboot();
    await killed.hospital.clock.sleep(20_000);
    const next = successor(killed);
    const before = next.recorder.entries.length;
    const report = await next.run();
    equal(report.result, "partial");
    match(report.reasons.join(), /administrative, guest were not isolated by edge for some time between/);
    const since = next.recorder.entries.slice(before);
    const isolated = since.find((entry) => entry.type === "isolated");
    ok(isolated?.type === "isolated");
    ok(isolated.timeoutMs <= killed.hospital.deadlines.reconnectBy - Date.parse(isolated.at));
    ok(since.some((entry) => entry.type === "edge-clock" && entry.clock.bootId === "edge-boot-1"));
    ok(since.some((entry) => entry.type === "interrupted" && /no longer held the isolation/.test(entry.why)));
  });

  it("is not isolated again when somebody has released the edge meanwhile", async () => {
    const killed = await killedInState("backing-up");
    await killed.hospital.edges[0]?.release(0);
    const next = successor(killed);
    const calls = killed.hospital.edges[0]?.calls.length ?? 0;
    const report = await next.run();
    equal(report.result, "failed");
    match(report.reasons.join(), /released while no runner was alive/);
    deepEqual(
      killed.hospital.edges[0]?.calls.slice(calls).filter((call) => call.startsWith("lease")),
      [],
    );
  });

  it("only reconnects when it is taken up after the deadline, and isolates nothing", async () => {
    const killed = await killedInState("backing-up");
    await killed.hospital.clock.sleep(200_000);
    const calls = killed.hospital.edges[0]?.calls.length ?? 0;
    const report = await successor(killed).run();
    equal(report.result, "failed");
    deepEqual(
      killed.hospital.edges[0]?.calls.slice(calls).filter((call) => call.startsWith("lease")),
      [],
    );
  });

  it("takes the smallest answer when the wall clock was put forward or back while no runner lived", async () => {
    for (const jump of [-7_200_000, 60_000]) {
      const killed = await killedInState("backing-up");
      const { deadlines, clock } = killed.hospital;
      const left = deadlines.reconnectBy - clock.wallMs();
      const ends = clock.bootMs() + left;
      clock.jumpWall(jump);
      const next = successor(killed);
      next.drivers = {
        records: { backup: () => new Promise(() => undefined) },
        "office-files": { backup: () => new Promise(() => undefined) },
      };
      await next.run();
      ok(clock.bootMs() <= ends, `${clock.bootMs() - ends} ms too late after a jump of ${jump} ms`);
    }
  });

  it("goes on with the reason that had stopped it, and begins nothing", async () => {
    const killed = await killedInState("backing-up");
    killed.hospital.dead = false;
    const next = successor(killed);
    next.recorder.record({ type: "reason", result: "aborted", reason: "aborted by test: drill" });
    const again = new FakeHospital(plan, memoryJournal(next.recorder.entries), killed.hospital);
    const report = await again.run();
    equal(report.result, "aborted");
    deepEqual(report.reasons.slice(0, 1), ["aborted by test: drill"]);
    equal(again.recorder.entries.filter((entry) => entry.type === "reason").length, 1);
  });

  it("is given up after the sixth runner that died in it", async () => {
    let killed = await killedInState("backing-up");
    for (let runner = 0; runner < 6; runner++) {
      const next = successor(killed);
      killed = { hospital: killed.hospital, entries: next.recorder.entries };
    }
    const report = await successor(killed).run();
    equal(report.result, "failed");
    match(report.reasons.join(), /runners died in this window/);
  });
});

async function killedInState(state: string): Promise<Killed> {
  for (let lines = 3; ; lines++) {
    const killed = await killedAfter(lines);
    if (killed === null) throw new Error(`never ${state}`);
    if (killed.hospital.recorder.status.state === state) return killed;
  }
}
