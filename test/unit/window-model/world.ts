/** One window for the model-based test: the real recorder, fold, verdict, deadlines and leases on clocks moved by hand. */
import type { LeaseRequest } from "../../../src/model/edge-protocol.ts";
import type { JournalBody, JournalEntry } from "../../../src/model/journal.ts";
import type { PlannedEdge, WindowPlan } from "../../../src/model/plan.ts";
import type { Clock } from "../../../src/window/clocks/clock.ts";
import { bootDeadlines, fixDeadlines, onEdge } from "../../../src/window/clocks/deadlines.ts";
import type { Runtime } from "../../../src/window/context/ports.ts";
import { Turn } from "../../../src/window/context/serial-queue.ts";
import type { Night } from "../../../src/window/context/window-context.ts";
import { encodeLine, genesis } from "../../../src/window/journal/journal-line.ts";
import { parseJournal } from "../../../src/window/journal/journal-read.ts";
import { type Journal, memoryJournal } from "../../../src/window/journal/journal-writer.ts";
import { Recorder } from "../../../src/window/journal/recorder.ts";
import { FakeEdge } from "../window/fakes/edge.ts";
import { plan as wholePlan } from "../window/fakes/plan.ts";

export const plan: WindowPlan = {
  ...wholePlan,
  maxIsolationMs: 400_000,
  maxExtensionMs: 60_000,
  onAnomaly: { holdMs: 90_000 },
};

class HandClock implements Clock {
  readonly bootId = "boot-of-backup";
  #now = 1_000_000;
  #wall = Date.parse("2017-05-14T17:00:00Z") - 1_000_000;
  wallMs = (): number => this.#now + this.#wall;
  bootMs = (): number => this.#now;
  sleep = async (): Promise<void> => undefined;
  pass(ms: number): void {
    this.#now += ms;
  }
  jump(ms: number): void {
    this.#wall += ms;
  }
}

export class World {
  readonly clock = new HandClock();
  readonly edge = new FakeEdge("edge", this.clock);
  /** What is on the disk: whole lines, as text. */
  disk = "";
  #journal: Journal;
  recorder: Recorder;
  alive = true;
  /** Lease requests that were sent, and may arrive again at any time. */
  readonly sent: LeaseRequest[] = [];

  constructor() {
    this.#journal = this.#onDisk(memoryJournal());
    this.recorder = new Recorder(this.#journal, this.clock);
    const deadlines = fixDeadlines(plan, this.clock.wallMs());
    this.recorder.record({ type: "armed", plan, deadlines, by: "model" });
    this.#introduce();
  }

  /** What the guard and the operators' requests work on, as the engine has it. */
  night(): Night {
    const runtime = {
      clock: this.clock,
      nextExtension: () => null,
      log: () => undefined,
    } as unknown as Runtime;
    return {
      ...{ plan, runtime, recorder: this.recorder, extending: false },
      boot: bootDeadlines(this.recorder.status, this.clock),
      edges: [{ planned: plan.edges[0] as PlannedEdge, client: this.edge, turn: new Turn(), heldAt: null }],
      ...{
        probers: new Map(),
        before: new Map(),
        siteRows: new Map(),
        held: [],
        saved: new Map(),
        isolation: null,
      },
      earlierSnapshots: new Set<string>(),
    };
  }

  /** Kills the runner; a line under way may be left half written. */
  crash(torn: boolean): void {
    this.alive = false;
    if (torn) this.disk += this.#line({ type: "note", text: "never finished" }).slice(0, 40);
  }

  /** A new runner reads what is on the disk. Returns whether a torn line was found. */
  resume(): boolean {
    const { entries, torn } = parseJournal(this.disk, "journal");
    this.disk = this.disk.slice(0, this.disk.lastIndexOf("\n") + 1);
    this.#journal = this.#onDisk(memoryJournal(entries));
    this.recorder = new Recorder(this.#journal, this.clock);
    this.alive = true;
    if (this.recorder.status.result === null) this.#introduce();
    return torn;
  }

  entries(): readonly JournalEntry[] {
    return parseJournal(this.disk.slice(0, this.disk.lastIndexOf("\n") + 1), "journal").entries;
  }

  /** The deadline on the edge's boot clock, as preflight fixes it. */
  edgeDeadline(): number {
    return onEdge(
      { bootId: "edge-boot", bootMs: this.edge.bootMs, wallMs: 0, fence: this.edge.fence },
      this.clock.bootMs(),
      bootDeadlines(this.recorder.status, this.clock),
    );
  }

  #introduce(): void {
    const { bootId } = this.clock;
    const runner = { pid: 1, startTime: "1", version: "model", bootId, bootMs: this.clock.bootMs() };
    this.recorder.record({ type: "runner", ...runner });
  }

  #line(body: JournalBody): string {
    const last = this.#journal.entries.at(-1);
    const position = {
      seq: this.#journal.entries.length,
      at: "2017-05-15T00:00:00+07:00",
      prev: last?.hash ?? genesis,
    };
    return encodeLine(body, position).line;
  }

  #onDisk(journal: Journal): Journal {
    return {
      entries: journal.entries,
      close: () => undefined,
      append: (body, at) => {
        const last = journal.entries.at(-1);
        const position = { seq: journal.entries.length, at, prev: last?.hash ?? genesis };
        this.disk += encodeLine(body, position).line;
        return journal.append(body, at);
      },
    };
  }
}
