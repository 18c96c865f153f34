/** The vault opens on a proof that this very runner holds, of the isolation that stands on the edges now. */
import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { JedaError } from "../../../src/model/errors.ts";
import type { WindowPlan } from "../../../src/model/plan.ts";
import type { Step } from "../../../src/model/runbook.ts";
import { isolationElements } from "../../../src/window/leases/lease-request.ts";
import { openOn } from "../../../src/window/leases/vault-lease.ts";
import { acceptPlan } from "../../../src/window/plan/accept-plan.ts";
import { openNight } from "../../../src/window/steps/open-context.ts";
import { openVault } from "../../../src/window/steps/open-vault.ts";
import { IsolationProof } from "../../../src/window/verdict/isolation-proof.ts";
import type { FakeEdge } from "./fakes/edge.ts";
import { FakeHospital } from "./fakes/hospital.ts";
import { killedAfter, successor } from "./fakes/killed.ts";
import { plan } from "./fakes/plan.ts";
import { slow } from "./fakes/slow.ts";

const twoEdges: WindowPlan = {
  ...plan,
  edges: [...plan.edges, { name: "standby", ssh: "standby-window", targets: [] }],
};

/** Every opening of the vault is judged by what the kernels hold at that moment and by this runner's own lines. */
function judge(hospital: FakeHospital): { readonly openings: () => number } {
  let openings = 0;
  for (const edge of hospital.edges) {
    const before = edge.before;
    edge.before = async (command) => {
      await before(command);
      if (command !== "lease vault" || hospital.dead) return;
      openings++;
      for (const other of hospital.edges) {
        for (const { set, value } of isolationElements(hospital.plan)) {
          ok(
            other.holds(set, value),
            `the vault opens on ${edge.name}, and ${other.name} lacks ${set} ${value}`,
          );
        }
      }
      const types = hospital.recorder.entries.map(({ type }) => type);
      const proved = types.lastIndexOf("isolation-proved");
      for (const type of ["runner", "isolated", "interrupted", "edge-clock", "released"] as const) {
        ok(
          proved > types.lastIndexOf(type),
          `the vault opens on ${edge.name} behind "${type}", proved before it`,
        );
      }
    };
  }
  return { openings: () => openings };
}

const without = (unwanted: (step: Step) => boolean): WindowPlan => ({
  ...plan,
  runbook: { ...plan.runbook, steps: plan.runbook.steps.filter((step) => !unwanted(step)) },
});

const first = (hospital: FakeHospital): FakeEdge => {
  const [edge] = hospital.edges;
  if (edge === undefined) throw new Error("an edge");
  return edge;
};

describe("the vault never opens without a proved isolation", () => {
  it("whatever the runbook says: without prove: isolated nothing is saved and all comes back", async () => {
    const unproved = without(({ kind }) => kind === "prove");
    const hospital = new FakeHospital(unproved);
    const { openings } = judge(hospital);
    const report = await hospital.run();
    equal(report.result, "failed");
    match(report.reasons[0] ?? "", /the vault stays shut: this runner has not proved the isolation/);
    equal(openings(), 0);
    ok(!first(hospital).holds("isolated_if"));
    throws(() => acceptPlan(JSON.stringify(unproved)), /backup before prove: isolated/);
  });

  it("nor where no isolated segment can be asked", async () => {
    const segments = plan.segments.map(({ probePoint: _, ...segment }) => segment);
    const hospital = new FakeHospital({ ...plan, segments });
    const { openings } = judge(hospital);
    const report = await hospital.run();
    equal(report.result, "failed");
    match(report.reasons[0] ?? "", /no isolated segment has a probe point/);
    equal(openings(), 0);
    ok(!first(hospital).calls.includes("lease"), "and nothing is cut for it");
  });

  it("nor where a segment is isolated and another one is not proved", async () => {
    const hospital = new FakeHospital();
    const { openings } = judge(hospital);
    hospital.survivors.add("guest");
    const report = await hospital.run();
    equal(report.result, "failed");
    equal(openings(), 0);
  });

  it("a proof can't be had for another isolation, and is worth nothing after a gap", async () => {
    const hospital = new FakeHospital();
    slow(hospital, 20_000);
    const night = openNight(hospital.recorder, hospital.runtime());
    await hospital.run();
    const { status } = hospital.recorder;
    throws(
      () =>
        IsolationProof.of(
          { ...status, edges: held(status.edges) },
          begun({ ...status, edges: held(status.edges) }),
        ),
      /no new connection was tried/,
    );
    equal(night.isolation, null);
    await openVault(night).then(
      () => ok(false, "opened"),
      (error: unknown) =>
        ok(error instanceof JedaError && /not proved|released|stays shut/.test(error.message)),
    );
  });

  const harms: Readonly<Record<string, (edge: FakeEdge) => void>> = {
    "while nothing else happens": () => undefined,
    "while its edge is rebooted": (edge) => edge.reboot(),
    "while somebody flushes the isolation": (edge) => edge.forget((set) => set !== "vault_open"),
    "while somebody flushes everything": (edge) => edge.forget(() => true),
  };
  for (const [harm, strike] of Object.entries(harms)) {
    for (const edges of [plan, twoEdges]) {
      it(`to a runner that takes up one killed at any line, ${harm} (${edges.edges.length} edges)`, async () => {
        let reopened = 0;
        let seen = 0;
        for (let lines = 3; ; lines += edges === plan ? 1 : 5) {
          let watched = { openings: () => 0 };
          const killed = await killedAfter(lines, (hospital) => (watched = judge(hospital)), edges);
          if (killed === null) break;
          seen++;
          ok(watched.openings() <= edges.edges.length);
          for (const edge of killed.hospital.edges) edge.before = () => undefined;
          strike(first(killed.hospital));
          const next = successor(killed);
          const { openings } = judge(next);
          const report = await next.run();
          ok(report.deadlines.reconnectedAt !== null, `line ${lines}: ${report.reasons.join("; ")}`);
          ok(next.edges.every((edge) => !edge.holds("vault_open") && !edge.holds("isolated_if")));
          reopened += openings() > 0 ? 1 : 0;
          ok(!report.reasons.some((reason) => /stays shut/.test(reason)), report.reasons.join("; "));
        }
        ok(seen > (edges === plan ? 40 : 10) && reopened > seen / 2, `${reopened} of ${seen}`);
      });
    }
    it(`in a living runner, ${harm} at any second`, async () => {
      for (let second = 1; second <= 34; second += 3) {
        const hospital = new FakeHospital(twoEdges);
        slow(hospital, 30_000);
        hospital.attemptTakesMs = 1_500;
        const { openings } = judge(hospital);
        void hospital.clock.sleep(second * 1_000).then(() => strike(first(hospital)));
        const report = await hospital.run();
        ok(report.deadlines.reconnectedAt !== null);
        if (report.result === "ok" || report.result === "partial") ok(openings() >= 2);
      }
    });
  }

  it("and is shut on every edge while one of them has a gap, until that is closed and proved", async () => {
    const hospital = new FakeHospital(twoEdges);
    slow(hospital, 40_000);
    judge(hospital);
    const [edge, standby] = hospital.edges;
    if (edge === undefined || standby === undefined) throw new Error("two edges");
    void hospital.clock.sleep(12_000).then(() => edge.reboot());
    const report = await hospital.run();
    equal(report.result, "partial", report.reasons.join("; "));
    const calls = standby.calls.slice(standby.calls.indexOf("lease vault") + 1);
    ok(calls.indexOf("shut") >= 0 && calls.indexOf("shut") < calls.indexOf("lease vault"), calls.join());
    const opened = hospital.recorder.entries.flatMap((one) => (one.type === "vault-open" ? [one.edge] : []));
    deepEqual(opened.toSorted(), ["edge", "edge", "standby", "standby"]);
  });

  it("and is never handed a proof of another window", async () => {
    const hospital = new FakeHospital();
    const night = openNight(hospital.recorder, hospital.runtime());
    const [edge] = night.edges;
    const other = new FakeHospital({ ...plan, id: "20170516T0000-test-1" });
    const theirs = openNight(other.recorder, other.runtime());
    other.drivers = { records: { survey: () => new Promise(() => undefined) } };
    void other.run();
    await other.clock.sleep(20_000);
    const proof =
      theirs.isolation ??
      IsolationProof.of(other.recorder.status, { ...IsolationProof.begin(other.recorder.status), flows: 0 });
    if (edge === undefined || proof === null) throw new Error("a proof");
    await openOn(night, edge, proof).then(
      () => ok(false, "opened"),
      (error: unknown) => match(String(error), /the isolation has changed since it was proved/),
    );
  });
});

type Status = FakeHospital["recorder"]["status"];

const held = (edges: Status["edges"]): Status["edges"] =>
  edges.map((edge) => ({ ...edge, releasedAt: null }));

const begun = (status: Status) => IsolationProof.begin(status);
