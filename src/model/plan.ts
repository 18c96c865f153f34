/**
 * The plan of one window: everything the runner on the backup host needs, without a secret. It is computed
 * from a `Hospital` and a runbook (`window/plan.ts`), shown in the preview, and handed over on standard input.
 */
import type { BackupHost, Notice, Role, Service, Source, Uplink, WindowSpec } from "./hospital.ts";
import type { Runbook } from "./runbook.ts";

/** How long a heartbeat lease lasts, milliseconds, where a plan declares the policy and no time. */
export const defaultHeartbeatMs = 30_000;

export interface PlannedSegment {
  readonly name: string;
  readonly role: Role;
  readonly isolate: boolean;
  readonly interfaces: readonly string[];
  readonly cidrs: readonly string[];
  readonly probePoint?: string;
}

export interface PlannedEdge {
  readonly name: string;
  /** OpenSSH destination of the window key, as the backup host knows it. */
  readonly ssh: string;
  readonly targets: readonly string[];
  /** Interfaces of its uplinks. */
  readonly uplinks?: readonly string[];
  /** The same with their names and targets, for what the edge's own tables say of them. */
  readonly beyond?: readonly Uplink[];
}

export interface WindowPlan {
  readonly version: 1;
  /** Stable name of this window: start, zone, runbook hash and attempt. File-name safe. */
  readonly id: string;
  readonly hospital: string;
  /** The Pulumi stack it was declared in; none for a plan that was handed over by hand. */
  readonly stack?: string;
  /** Id of the recurring window that this one is an occurrence of. */
  readonly series?: string;
  readonly zone: string;
  readonly schedule: Pick<
    WindowSpec,
    "start" | "startCutoffMs" | "backupStopMs" | "reconnectByMs" | "recurrence" | "blackouts"
  >;
  readonly maxIsolationMs: number;
  readonly lease: WindowSpec["lease"];
  /** Milliseconds; with `lease: heartbeat` the segments are back so long after the runner's last renewal. */
  readonly heartbeatMs?: number;
  /** Milliseconds by which an operator may put `backupStop` and `reconnectBy` off, all in all. */
  readonly maxExtensionMs?: number;
  /** After an anomaly the segments stay cut for so many milliseconds at most; without it it is only reported. */
  readonly onAnomaly?: { readonly holdMs: number };
  /** What to do where a flow is closed before the window by the site's own rules; none: it is reported. */
  readonly closedBefore?: "report" | "refuse";
  /** Percent of a source's files, bytes or rows that may have changed since the last window that found nothing. */
  readonly mostChangedPercent?: number;
  /** Milliseconds by which the wall clocks of the backup host and an edge may differ. */
  readonly maxClockDifferenceMs?: number;
  readonly segments: readonly PlannedSegment[];
  readonly edges: readonly PlannedEdge[];
  readonly backupHost: BackupHost;
  readonly sources: readonly Source[];
  readonly services: readonly Service[];
  readonly runbook: Runbook;
  /** Who is told what is going on; see `src/notice/`. */
  readonly notices?: readonly Notice[];
  /** Hazards the proof found, repeated in the report. */
  readonly hazards: readonly string[];
  /** Reason given for running without a promoted stage, when there is one. */
  readonly promotionOverride?: string;
}

/** The four absolute moments, epoch milliseconds, fixed when the runner accepts the plan. */
export interface Deadlines {
  readonly start: number;
  readonly startCutoff: number;
  readonly backupStop: number;
  readonly reconnectBy: number;
}
