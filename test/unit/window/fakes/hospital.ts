/** A hospital in memory: what flows is decided by the leases that the fake edges hold. */

import type { PastRun } from "../../../../src/estimate/duration.ts";
import { NOT_PROVED, type Saved, type SourceDriver } from "../../../../src/model/driver.ts";
import type { Source } from "../../../../src/model/hospital.ts";
import type { Deadlines, WindowPlan } from "../../../../src/model/plan.ts";
import type { Flow, Prober } from "../../../../src/model/prober.ts";
import type { Report } from "../../../../src/model/report.ts";
import type { Clock } from "../../../../src/window/clocks/clock.ts";
import { fixDeadlines } from "../../../../src/window/clocks/deadlines.ts";
import type { Runtime } from "../../../../src/window/context/ports.ts";
import { type Journal, memoryJournal } from "../../../../src/window/journal/journal-writer.ts";
import { Recorder } from "../../../../src/window/journal/recorder.ts";
import { runWindow } from "../../../../src/window/run-window.ts";
import { openNight } from "../../../../src/window/steps/open-context.ts";
import type { ExtensionRequest } from "../../../../src/window/verdict/extension-rules.ts";
import { FakeEdge } from "./edge.ts";
import { plan as defaultPlan } from "./plan.ts";
import { type VirtualClock, virtualClock } from "./virtual-clock.ts";

export class FakeHospital {
  readonly clock: VirtualClock;
  readonly plan: WindowPlan;
  readonly deadlines: Deadlines;
  readonly edges: readonly FakeEdge[];
  readonly recorder: Recorder;
  readonly told: string[] = [];
  stored: Report | undefined;
  /** Segments whose held connections survive an isolation. */
  survivors = new Set<string>();
  serviceStatus: () => number | null = () => 200;
  backupReachable = false;
  /** What comes back of a new connection where jeda cuts nothing. */
  answers: (segment: string, target: string) => Flow = () => "open";
  /** How long an attempt is under way before it sees whether packets pass, milliseconds. */
  attemptTakesMs = 0;
  snapshots = ["aaaa1111"];
  past: readonly PastRun[] = [];
  counts = { sent: 12, acknowledged: 10 };
  storedRecords = 11;
  check: () => readonly string[] = () => ["5% of the repository's data was read"];
  /** Overrides of a source's driver by its name. */
  drivers: Readonly<Record<string, Partial<SourceDriver>>> = {};
  unreachable = new Set<string>();
  /** What operators have asked for and no runner has taken yet. */
  readonly requests: ExtensionRequest[] = [];

  /** @param before a hospital whose runner died: the same edges, the same clock, the same repository */
  constructor(plan: WindowPlan = defaultPlan, journal: Journal = memoryJournal(), before?: FakeHospital) {
    this.plan = plan;
    this.clock = before?.clock ?? virtualClock();
    this.edges = before?.edges ?? plan.edges.map((edge) => new FakeEdge(edge.name, this.clock));
    if (before !== undefined) this.snapshots = before.snapshots;
    this.deadlines = fixDeadlines(plan, this.clock.wallMs());
    this.recorder = new Recorder(journal, this.clock);
    if (journal.entries.length === 0) {
      this.recorder.record({ type: "armed", plan, deadlines: this.deadlines, by: "test" });
    }
    const { bootId } = this.clock;
    const runner = { pid: 1, startTime: "1", version: "test", bootId, bootMs: this.clock.bootMs() };
    this.recorder.record({ type: "runner", ...runner });
  }

  async run(): Promise<Report> {
    await runWindow(openNight(this.recorder, this.runtime()));
    if (this.stored === undefined) throw new Error("no report was stored");
    return this.stored;
  }

  /** Set when the runner is killed: whatever it was doing is never heard of again. */
  dead = false;

  runtime(): Runtime {
    const runtime = this.#runtime();
    const mortal = <T extends object>(port: T): T =>
      new Proxy(port, {
        get: (target, name) => {
          const value = Reflect.get(target, name, target) as unknown;
          if (typeof value !== "function") return value;
          return async (...words: unknown[]) => {
            if (this.dead) return new Promise(() => undefined);
            const answer: unknown = await value.apply(target, words);
            return this.dead ? new Promise(() => undefined) : answer;
          };
        },
      });
    const { clock } = runtime;
    const sleep: Clock["sleep"] = async (ms, signal) => {
      await clock.sleep(ms, signal);
      // What a dead runner waits for never comes: else its loops would turn for as long as anybody's do.
      if (this.dead) await new Promise(() => undefined);
    };
    return {
      ...runtime,
      clock: { ...clock, sleep },
      repository: mortal(runtime.repository),
      edge: (edge) => mortal(runtime.edge(edge)),
      prober: (destination) => mortal(runtime.prober(destination)),
      driver: (source) => mortal(runtime.driver(source)),
    };
  }

  #runtime(): Runtime {
    return {
      clock: this.clock,
      version: "test",
      credentials: {},
      runtimeDir: "/nonexistent",
      log: () => undefined,
      past: () => this.past,
      repository: {
        ready: async () => undefined,
        reach: async () => ({ url: "/nonexistent", lost: new AbortController().signal }),
        close: async () => undefined,
        snapshots: async () => this.snapshots.map((id) => ({ id, tags: [] })),
        check: async () => this.check(),
        freeBytes: async () => 1e12,
      },
      edge: ({ name }) => this.#edge(name),
      prober: (destination) => this.#prober(destination.replace("probe-", "")),
      driver: (source) => ({ ...this.#driver(source), ...this.drivers[source.name] }),
      countStored: async () => this.storedRecords,
      tell: async (_, text) => {
        this.told.push(text);
      },
      lastGood: () => null,
      zoneDoubt: async () => null,
      nextExtension: () => this.requests.shift() ?? null,
      store: (report) => {
        this.stored = JSON.parse(report) as Report;
      },
    };
  }

  isolated(segment: string): boolean {
    const planned = this.plan.segments.find((one) => one.name === segment);
    return this.edges.some((edge) => planned?.interfaces.some((value) => edge.holds("isolated_if", value)));
  }

  #edge(name: string): FakeEdge {
    const edge = this.edges.find((one) => one.name === name);
    if (edge === undefined) throw new Error(`no edge ${name}`);
    return edge;
  }

  #prober(segment: string): Prober {
    const flow = async (target?: string): Promise<Flow> => {
      if (this.attemptTakesMs > 0) await this.clock.sleep(this.attemptTakesMs);
      if (this.unreachable.has(segment)) return "unknown";
      if (this.isolated(segment)) return "cut";
      return target === undefined ? "open" : this.answers(segment, target);
    };
    const toBackup = (target: string): boolean =>
      target.startsWith("10.50.") || target.includes("2001:db8:50:");
    const vault = async (): Promise<Flow> => (this.backupReachable ? "open" : "cut");
    return {
      destination: `probe-${segment}`,
      tcp: (target) => (toBackup(target) ? vault() : flow(target)),
      ping: vault,
      hold: (_, target) => flow(target),
      exercise: async () => (this.survivors.has(segment) ? "open" : flow()),
      http: async (url) => {
        if (this.unreachable.has(segment)) return { flow: "unknown", status: null, body: "" };
        if (url.endsWith("/counts")) return { flow: "open", status: 200, body: JSON.stringify(this.counts) };
        return { flow: "open", status: this.serviceStatus(), body: "" };
      },
      close: async () => undefined,
    };
  }

  #driver(source: Source): SourceDriver {
    return {
      preflight: async () => undefined,
      survey: async () => ({ items: 3, bytes: 3000, detail: null }),
      backup: async (): Promise<Saved> => {
        await this.clock.sleep(10_000);
        const snapshot = source.name === "records" ? "bbbb2222" : "cccc3333";
        this.snapshots = [...this.snapshots, snapshot];
        return { snapshot, bytes: 3000, items: 3, findings: [], detail: null };
      },
      verify: async () => ({ verified: true, findings: ["3 of 3 were compared"], proof: NOT_PROVED }),
      anomalies: async () => [],
    };
  }
}
