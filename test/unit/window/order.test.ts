import assert from "node:assert/strict";
import fc from "fast-check";
import type { Source } from "../../../src/model/hospital.ts";
import type { WindowPlan } from "../../../src/model/plan.ts";
import { expectedMs, type PastRun, remainingMs } from "../../../src/window/estimate.ts";
import { exitCodes } from "../../../src/window/exit-codes.ts";
import { chooseNext, giveUp } from "../../../src/window/next-source.ts";
import { FakeHospital } from "./fakes/hospital.ts";
import { plan } from "./fakes/plan.ts";

const source = (name: string, host: string, order: number): Source => ({
  kind: "smb",
  name,
  host,
  order,
  segment: "administrative",
  credentials: "share",
  share: name,
  canaries: [],
});

const run = (name: string, durationMs: number, bytes = 1_000, day = 1): PastRun => ({
  source: name,
  durationMs,
  bytes,
  at: `2026-11-${String(day).padStart(2, "0")}T01:00:00+07:00`,
});

/** A plan whose runbook saves these, so many at a time. */
const withSources = (sources: readonly Source[], parallel: number): WindowPlan => ({
  ...plan,
  sources,
  services: [],
  runbook: {
    ...plan.runbook,
    steps: plan.runbook.steps.map((step) => (step.kind === "backup" ? { ...step, parallel } : step)),
  },
});

describe("the estimate of a source", () => {
  it("is the middle of the last five windows, more where the source has grown, and never less", () => {
    const past = [900, 100, 300, 200, 500, 400].map((ms, index) => run("a", ms, 1_000, index + 1));
    assert.equal(expectedMs(past, "a", null), 300);
    assert.equal(expectedMs(past, "a", 2_000), 600);
    assert.equal(expectedMs(past, "a", 10), 300);
    assert.equal(expectedMs(past, "b", null), null);
  });

  it("is by its own speed once it runs", () => {
    assert.equal(remainingMs({ bytes: 25, totalBytes: 100, elapsedMs: 10_000 }), 30_000);
    assert.equal(remainingMs({ bytes: 0, totalBytes: 100, elapsedMs: 10_000 }), null);
    assert.equal(remainingMs({ bytes: 120, totalBytes: 100, elapsedMs: 10_000 }), 0);
  });
});

describe("the next source", () => {
  const sources = fc
    .array(fc.record({ host: fc.constantFrom("a", "b", "c"), ms: fc.option(fc.nat(200)) }), { maxLength: 8 })
    .map((all) => all.map(({ host, ms }, order) => ({ source: source(`s${order}`, host, order), ms })));

  it("is the most valuable that fits, on a host that nobody reads from, and only what can't fit is left out", () => {
    fc.assert(
      fc.property(
        sources,
        fc.nat(3),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(200),
        (all, busy, parallel, leftMs) => {
          const running = all.slice(0, busy).map((one) => one.source);
          const waiting = all.slice(busy);
          const { start, skipped } = chooseNext({
            waiting: waiting.map((one) => one.source),
            running,
            parallel,
            leftMs,
            expectedMs: ({ name }) => all.find((one) => one.source.name === name)?.ms ?? null,
          });
          const tooLong = waiting.filter(({ ms }) => (ms ?? 0) > leftMs).map((one) => one.source.name);
          assert.deepEqual(
            skipped.map((one) => one.source.name),
            tooLong,
          );
          const may = waiting.filter(
            (one) =>
              !tooLong.includes(one.source.name) && !running.some(({ host }) => host === one.source.host),
          );
          assert.equal(start, running.length < parallel ? (may[0]?.source ?? null) : null);
        },
      ),
    );
  });

  it("makes a running one give way only when it is clearly late and another could still be saved", () => {
    const late = { elapsedMs: 20_000, remainingMs: 300_000, leftMs: 60_000, waiting: 1 };
    assert.match(giveUp(late) ?? "", /needs 5m more, 1m are left until backupStop, and others wait/);
    assert.equal(giveUp({ ...late, waiting: 0 }), null);
    assert.equal(giveUp({ ...late, elapsedMs: 5_000 }), null);
    assert.equal(giveUp({ ...late, remainingMs: 70_000 }), null);
    assert.equal(giveUp({ ...late, remainingMs: null }), null);
  });
});

describe("a window with too little time", () => {
  const large = source("large", "a", 0);
  const small = source("small", "a", 1);

  it("does not begin what past windows say can't end, saves the others, and is partial", async () => {
    const hospital = new FakeHospital(withSources([large, small], 2));
    hospital.past = [run("large", 600_000), run("small", 5_000)];
    const report = await hospital.run();
    assert.equal(report.result, "partial");
    assert.equal(exitCodes[report.result], 10);
    assert.match(report.reasons.join(), /large was skipped: by past windows it takes 10m/);
    assert.deepEqual(
      report.sources.map(({ verified }) => verified),
      [false, true],
    );
    const started = hospital.recorder.entries.flatMap((entry) =>
      entry.type === "source-started" ? [entry.source] : [],
    );
    assert.deepEqual(started, ["small"]);
    assert.ok((report.deadlines.kept.reconnectByMs ?? -1) > 0);
  });

  it("does not save what has grown too large since, although its past would fit", async () => {
    const hospital = new FakeHospital(withSources([large, small], 1));
    hospital.past = [run("large", 60_000, 3_000)];
    hospital.drivers = { large: { survey: async () => ({ items: 9, bytes: 30_000, detail: null }) } };
    const report = await hospital.run();
    assert.equal(report.result, "partial");
    assert.match(report.reasons.join(), /large was skipped: it holds 30000 bytes now and would take 10m/);
  });

  it("gives up what is too slow for its time while another waits for the same host", async () => {
    const hospital = new FakeHospital(withSources([large, small], 2));
    hospital.drivers = {
      large: {
        survey: async () => ({ items: 9, bytes: 1_000, detail: null }),
        backup: async (_source, _survey, context, progress) => {
          for (let bytes = 1; ; bytes++) {
            await hospital.clock.sleep(2_500);
            context.signal.throwIfAborted();
            progress(bytes);
          }
        },
      },
    };
    const report = await hospital.run();
    assert.equal(report.result, "partial");
    assert.match(report.reasons.join(), /large was skipped: at its speed it needs .* and others wait/);
    assert.equal(report.sources[1]?.verified, true);
  });

  it("never reads two sources of one host at once, and others up to the limit", async () => {
    const sources = [source("a1", "a", 0), source("a2", "a", 1), source("b1", "b", 2), source("c1", "c", 3)];
    const hospital = new FakeHospital(withSources(sources, 2));
    const running = new Set<string>();
    let most = 0;
    const backup = async ({ name, host }: Source) => {
      assert.ok(![...running].some((other) => other.startsWith(host)), `${name} beside ${[...running]}`);
      running.add(name);
      most = Math.max(most, running.size);
      await hospital.clock.sleep(5_000);
      running.delete(name);
      hospital.snapshots = [...hospital.snapshots, `5a5a${name}`];
      return { snapshot: `5a5a${name}`, bytes: 1, items: 1, findings: [], detail: null };
    };
    hospital.drivers = Object.fromEntries(sources.map(({ name }) => [name, { backup }]));
    const report = await hospital.run();
    assert.equal(report.result, "ok", report.reasons.join());
    assert.equal(most, 2);
  });
});
