/** What the steps of one window share while it runs. */
import type { BackupContext, Saved } from "../model/driver.ts";
import type { EdgeClient } from "../model/edge-protocol.ts";
import type { Deadlines, PlannedEdge, WindowPlan } from "../model/plan.ts";
import type { Prober } from "../model/prober.ts";
import type { BootDeadlines } from "./deadlines.ts";
import type { Recorder } from "./recorder.ts";
import type { Runtime } from "./runtime.ts";

export interface EdgeHold {
  readonly planned: PlannedEdge;
  readonly client: EdgeClient;
}

export interface HeldConnection {
  readonly segment: string;
  readonly id: string;
  readonly target: string;
}

export interface Night {
  readonly plan: WindowPlan;
  /** By the wall clock, for people. */
  readonly deadlines: Deadlines;
  /** By the boot clock, for waiting. A resumed runner moves it to earlier moments where an edge knows better. */
  boot: BootDeadlines;
  readonly runtime: Runtime;
  readonly recorder: Recorder;
  readonly edges: readonly EdgeHold[];
  /** By segment name; only segments with a probe point. */
  readonly probers: ReadonlyMap<string, Prober>;
  /** Uplink targets that answered before the isolation, by segment. */
  readonly reachable: Map<string, readonly string[]>;
  readonly held: HeldConnection[];
  readonly saved: Map<string, Saved>;
  /** Snapshots that were there before the window. */
  readonly earlierSnapshots: Set<string>;
}

/** Milliseconds until a deadline of `night.boot`, never negative. */
export function until(night: Night, deadline: number): number {
  return Math.max(0, deadline - night.runtime.clock.bootMs());
}

/** A signal that fires at a moment of the boot clock, or when the window is stopped; `done` ends the waiting. */
export function stopAt(
  night: Night,
  bootMs: number,
): { readonly signal: AbortSignal; readonly late: AbortSignal; done(): void } {
  const late = new AbortController();
  const over = new AbortController();
  const { clock } = night.runtime;
  void clock.sleep(bootMs - clock.bootMs(), over.signal).then(() => {
    if (!over.signal.aborted) late.abort(new Error("the deadline has come"));
  });
  return {
    signal: AbortSignal.any([night.recorder.stop.signal, late.signal]),
    late: late.signal,
    done: () => over.abort(),
  };
}

export function backupContext(night: Night, signal: AbortSignal): BackupContext {
  const { runtime, plan } = night;
  return {
    windowId: plan.id,
    repository: plan.backupHost.repository,
    credentials: runtime.credentials,
    runtimeDir: runtime.runtimeDir,
    signal,
    log: runtime.log,
  };
}
