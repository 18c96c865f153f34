/** What the steps of one window share while it runs. */
import type { BackupContext, Saved } from "../../model/driver.ts";
import type { EdgeClient } from "../../model/edge-protocol.ts";
import { JedaError } from "../../model/errors.ts";
import type { PlannedEdge, WindowPlan } from "../../model/plan.ts";
import type { Prober } from "../../model/prober.ts";
import type { SiteRow } from "../../site-rules/rows.ts";
import { unlessStopped } from "../clocks/clock.ts";
import type { BootDeadlines } from "../clocks/deadlines.ts";
import type { Recorder } from "../journal/recorder.ts";
import type { EdgeStatus } from "../journal/status.ts";
import type { IsolationProof } from "../verdict/isolation-proof.ts";
import type { Runtime } from "./ports.ts";
import type { Turn } from "./serial-queue.ts";

export interface EdgeHold {
  readonly planned: PlannedEdge;
  readonly client: EdgeClient;
  /** Leases are changed and looked at one after another; a release waits for nobody. */
  readonly turn: Turn;
  /** ISO 8601: when it was last seen to hold the isolation; null before anybody has looked. */
  heldAt: string | null;
}

export interface HeldConnection {
  readonly segment: string;
  readonly id: string;
  readonly target: string;
}

/** `refused` by its far end, `closed` by the site's own rules. */
export interface TargetBefore {
  readonly target: string;
  readonly was: "open" | "refused" | "closed";
}

export interface Night {
  readonly plan: WindowPlan;
  /**
   * By the boot clock, for waiting. A resumed runner moves it to earlier moments where an edge knows better, an
   * extension to later ones: read it when it is needed.
   */
  boot: BootDeadlines;
  /** True while edges are being asked for longer leases: some may hold them already. */
  extending: boolean;
  readonly runtime: Runtime;
  readonly recorder: Recorder;
  readonly edges: readonly EdgeHold[];
  /** By segment name; only segments with a probe point. */
  readonly probers: ReadonlyMap<string, Prober>;
  /** Uplink targets as they were before the isolation, by segment; those that nothing is known of are left out. */
  readonly before: Map<string, readonly TargetBefore[]>;
  /** What each edge's own tables do to declared flows, as it was last heard. */
  readonly siteRows: Map<string, readonly SiteRow[]>;
  readonly held: HeldConnection[];
  /** What this runner proved last; null before it has. Nothing opens the vault without one that still stands. */
  isolation: IsolationProof | null;
  readonly saved: Map<string, Saved>;
  /** Snapshots that were there before the window. */
  readonly earlierSnapshots: Set<string>;
}

/** What the journal says of this edge. @throws JedaError INTERNAL for an edge that is not in the plan. */
export function edgeStatus(night: Night, { planned: { name } }: EdgeHold): EdgeStatus {
  const status = night.recorder.status.edges.find((one) => one.name === name);
  if (status === undefined) throw new JedaError("INTERNAL", `the edge ${name} is not in the plan`);
  return status;
}

/** Whether this edge should let the backup host through: while segments are held it should not. */
export function vaultIsOpen(night: Night, edge: EdgeHold): boolean {
  return edgeStatus(night, edge).vaultOpenAt !== null && night.recorder.status.state !== "holding";
}

/** Milliseconds until a deadline of `night.boot`, never negative. */
export function until(night: Night, deadline: number): number {
  return Math.max(0, deadline - night.runtime.clock.bootMs());
}

/**
 * A signal that fires at a moment of the boot clock, or when the window is stopped; `done` ends the waiting. The
 * moment is asked for again when it has come: an extension may have put it off.
 */
export function stopAt(
  night: Night,
  moment: () => number,
): { readonly signal: AbortSignal; readonly late: AbortSignal; done(): void } {
  const late = new AbortController();
  const over = new AbortController();
  const { clock } = night.runtime;
  const wait = async (): Promise<void> => {
    for (let left = moment() - clock.bootMs(); left > 0 && !over.signal.aborted; ) {
      await clock.sleep(left, over.signal);
      left = moment() - clock.bootMs();
    }
    if (!over.signal.aborted) late.abort(new Error("the deadline has come"));
  };
  void wait();
  return {
    signal: AbortSignal.any([night.recorder.stop.signal, late.signal]),
    late: late.signal,
    done: () => over.abort(),
  };
}

export function backupContext(
  night: Night,
  signal: AbortSignal,
  more: Pick<BackupContext, "attempt" | "bytesPerSecond"> = {},
): BackupContext {
  const { runtime, plan } = night;
  return {
    windowId: plan.id,
    repository: plan.backupHost.repository,
    reach: () => unlessStopped(runtime.repository.reach(plan.backupHost.repository), signal),
    credentials: runtime.credentials,
    runtimeDir: runtime.runtimeDir,
    signal,
    log: runtime.log,
    ...more,
  };
}
