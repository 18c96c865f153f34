import assert from "node:assert/strict";
import fc from "fast-check";
import {
  expectedMs,
  ownTimeMs,
  type PastRun,
  remainingMs,
  toBeSaved,
} from "../../../src/estimate/duration.ts";
import type { SourceDriver } from "../../../src/model/driver.ts";
import type { Source } from "../../../src/model/hospital.ts";
import type { WindowPlan } from "../../../src/model/plan.ts";
import { chooseNext, giveUp } from "../../../src/window/steps/backup/source-scheduler.ts";
import { exitCodes } from "../../../src/window/verdict/exit-codes.ts";
import { pastRuns } from "../../../src/window/verdict/past-runs.ts";
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
  saved: true,
  durationMs,
  bytes,
  surveyedBytes: bytes,
  at: `2026-11-${String(day).padStart(2, "0")}T01:00:00+07:00`,
});

/** A window that did not save it, tried for so long. */
const miss = (name: string, durationMs: number, day: number): PastRun => ({
  ...run(name, durationMs, 0, day),
  saved: false,
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
  it("is the middle of the last five windows, and of two the hopeful one", () => {
    const past = [900, 100, 300, 200, 500, 400].map((ms, index) => run("a", ms, 1_000, index + 1));
    assert.equal(expectedMs(past, "a", null), 300);
    assert.equal(expectedMs(past, "a", 10), 300);
    assert.equal(expectedMs(past, "b", null), null);
    assert.equal(expectedMs([run("a", 60_000), run("a", 15_000, 1_000, 2)], "a", null), 15_000);
  });

  it("counts what is new by the best speed, and only by one that was seen with as much", () => {
    assert.equal(expectedMs([run("a", 300, 1_000)], "a", 2_000), 600);
    // One new file of 3 GiB in a share of 10 MiB: 16 s say nothing of how long it takes.
    assert.equal(expectedMs([run("a", 16_000, 10 * 2 ** 20)], "a", 3 * 2 ** 30), 16_000);
  });

  it("is half as much with each window that has missed the source, however shortly it was tried", () => {
    const past = [run("a", 80_000), miss("a", 0, 2), miss("a", 5_000, 3), miss("a", 0, 4)];
    assert.equal(expectedMs(past, "a", null), 10_000);
    assert.equal(expectedMs([...past, run("a", 30_000, 1_000, 5)], "a", null), 30_000);
  });

  it("is twice what it was tried for in vain for longer than expected, and four times with the second", () => {
    const once = [run("a", 10_000), miss("a", 60_000, 2)];
    assert.equal(expectedMs(once, "a", null), 120_000);
    assert.equal(expectedMs([...once, miss("a", 0, 3), miss("a", 60_000, 4)], "a", null), 240_000);
    assert.equal(expectedMs([miss("b", 60_000, 2)], "b", null), 120_000);
  });

  it("is not asked where 4, 8, 16 … windows in a row have missed the source: then it has the night", () => {
    const past = [run("a", 60_000)];
    const turns: number[] = [];
    for (let missed = 0; missed < 20; missed++) {
      const turn = expectedMs(past, "a", null) === null;
      assert.equal(ownTimeMs(past, "a", { bytes: 1_000, leftMs: 90_000 }) === Infinity, turn);
      if (turn) turns.push(missed);
      past.push(miss("a", 90_000, missed + 2));
    }
    assert.deepEqual(turns, [4, 8, 16]);
  });

  it("leaves a source undoubted for as long as it usually takes, until it once took longer in vain", () => {
    const past = [run("a", 60_000), miss("a", 20_000, 2)];
    const night = { bytes: 1_000, leftMs: 90_000 };
    assert.equal(ownTimeMs(past, "a", night), 60_000);
    assert.equal(ownTimeMs(past, "a", { ...night, leftMs: 50_000 }), 0);
    assert.equal(ownTimeMs([...past, miss("a", 60_000, 3)], "a", night), 0);
    assert.equal(ownTimeMs([], "a", night), 0);
  });

  it("learns of windows that have wanted the source, put off, stopped or never begun alike", () => {
    const hospital = new FakeHospital();
    const { recorder } = hospital;
    recorder.record({ type: "source-started", source: "records" });
    recorder.record({ type: "source-skipped", source: "records", reason: "backupStop had come" });
    const { status } = recorder;
    assert.deepEqual(
      pastRuns([status], plan.hospital).map(({ source, saved, durationMs }) => ({
        source,
        saved,
        durationMs,
      })),
      [{ source: "records", saved: false, durationMs: 0 }],
    );
    assert.deepEqual(pastRuns([status], "another"), []);
    const runbook = { ...plan.runbook, without: { sources: { records: "moved" } } };
    assert.deepEqual(pastRuns([{ ...status, plan: { ...plan, runbook } }], plan.hospital), []);
  });

  it("compares what was saved with what was saved: a dump has another size than data and indexes", () => {
    const past = [{ ...run("records", 1_000, 2_000), surveyedBytes: 12_000 }];
    assert.equal(toBeSaved(past, { name: "records", kind: "mariadb" }, 24_000), 4_000);
    assert.equal(toBeSaved([], { name: "records", kind: "mariadb" }, 24_000), null);
    assert.equal(toBeSaved([], { name: "files", kind: "smb" }, 24_000), 24_000);
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

  it("is the most valuable that fits, else the most valuable: none that could begin is left waiting", () => {
    fc.assert(
      fc.property(
        sources,
        fc.nat(3),
        fc.integer({ min: 1, max: 4 }),
        fc.nat(200),
        (all, busy, parallel, leftMs) => {
          const running = all.slice(0, busy).map((one) => one.source);
          const waiting = all.slice(busy);
          const start = chooseNext({
            waiting: waiting.map((one) => one.source),
            running,
            parallel,
            leftMs,
            expectedMs: ({ name }) => all.find((one) => one.source.name === name)?.ms ?? null,
          });
          const free = waiting.filter((one) => !running.some(({ host }) => host === one.source.host));
          const fits = free.filter(({ ms }) => (ms ?? 0) <= leftMs);
          const expected = running.length < parallel ? ((fits[0] ?? free[0])?.source ?? null) : null;
          assert.equal(start, expected);
        },
      ),
    );
  });

  it("makes a running one give way only when it is clearly late and another could still be saved", () => {
    const others = { fit: 1, lastCall: false };
    const late = { elapsedMs: 20_000, remainingMs: 300_000, ownMs: 0, leftMs: 60_000, ...others };
    assert.match(giveUp(late) ?? "", /needs 5m more, 1m are left until backupStop, and others wait/);
    assert.equal(giveUp({ ...late, fit: 0 }), null);
    assert.equal(giveUp({ ...late, elapsedMs: 5_000 }), null);
    assert.equal(giveUp({ ...late, remainingMs: 70_000 }), null);
    assert.equal(giveUp({ ...late, remainingMs: null }), null);
    assert.equal(giveUp({ ...late, ownMs: 30_000 }), null);
    const little = { ...late, remainingMs: 70_000, lastCall: true };
    assert.match(giveUp(little) ?? "", /needs 1m 10s more/);
    assert.equal(giveUp({ ...little, remainingMs: 60_000 }), null);
  });
});

describe("a window with too little time", () => {
  const large = source("large", "a", 0);
  const small = source("small", "a", 1);

  const endless = { backup: () => new Promise<never>(() => undefined) };

  it("saves what fits first, tries the others with what is left, stops them in time, and is partial", async () => {
    const hospital = new FakeHospital(withSources([large, small], 2));
    hospital.past = [run("large", 600_000), run("small", 5_000)];
    hospital.drivers = { large: endless };
    const report = await hospital.run();
    assert.equal(report.result, "partial");
    assert.equal(exitCodes[report.result], 10);
    assert.match(report.reasons.join(), /large was not saved: it was stopped: backupStop had come/);
    assert.deepEqual(
      report.sources.map(({ verified }) => verified),
      [false, true],
    );
    const started = hospital.recorder.entries.flatMap((entry) =>
      entry.type === "source-started" ? [entry.source] : [],
    );
    assert.deepEqual(started, ["small", "large"]);
    assert.ok((report.deadlines.kept.reconnectByMs ?? -1) > 0);
  });

  it("saves again what was slow in one window, although by that one it does not fit", async () => {
    const hospital = new FakeHospital(withSources([large, small], 1));
    hospital.past = [run("large", 600_000), run("small", 5_000)];
    const report = await hospital.run();
    assert.equal(report.result, "ok", report.reasons.join());
  });

  it("puts off what has grown too large until the others are saved, and saves it if it can", async () => {
    const hospital = new FakeHospital(withSources([large, small], 1));
    hospital.past = [run("large", 60_000, 3_000)];
    hospital.drivers = { large: { survey: async () => ({ items: 9, bytes: 15_000, detail: null }) } };
    const report = await hospital.run();
    assert.equal(report.result, "ok", report.reasons.join());
    const said = hospital.recorder.status.notes.join();
    assert.match(said, /large: put off: it holds 15000 bytes now and would take 5m/);
  });

  it("gives up what is too slow for its time while another waits for the same host, and tries it again then", async () => {
    const hospital = new FakeHospital(withSources([large, small], 2));
    let tries = 0;
    hospital.drivers = {
      large: {
        survey: async () => ({ items: 9, bytes: 1_000, detail: null }),
        backup: async (_source, _survey, context, progress) => {
          tries++;
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
    assert.match(
      hospital.recorder.status.notes.join(),
      /large: put off: at its speed it needs .* and others wait/,
    );
    assert.match(report.reasons.join(), /large was not saved: it was stopped: backupStop had come/);
    assert.equal(tries, 2);
    assert.equal(report.sources[1]?.verified, true);
  });

  it("does not let two slow ones take turns: the second goes on when the first has given way to it", async () => {
    const hospital = new FakeHospital(withSources([large, small], 1));
    const tries: string[] = [];
    const crawl: Partial<SourceDriver> = {
      survey: async () => ({ items: 9, bytes: 1_000, detail: null }),
      backup: async ({ name }, _survey, context, progress) => {
        tries.push(name);
        for (let bytes = 1; ; bytes++) {
          await hospital.clock.sleep(2_500);
          context.signal.throwIfAborted();
          progress(bytes);
        }
      },
    };
    hospital.drivers = { large: crawl, small: crawl };
    const report = await hospital.run();
    assert.deepEqual(tries, ["large", "small"]);
    assert.equal(report.result, "failed");
    assert.ok((report.deadlines.kept.reconnectByMs ?? -1) > 0);
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
