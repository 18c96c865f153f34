/** What a journal says about its window so far: the fold's result, from which status and report are made. */
import type { ContentProof } from "../../model/driver.ts";
import type { EdgeClock } from "../../model/edge-protocol.ts";
import type { JournalEntry, WindowState } from "../../model/journal.ts";
import type { Deadlines, WindowPlan } from "../../model/plan.ts";
import type { RecordsReport, WindowResult } from "../../model/report.ts";
import type { StopCause } from "./stop-cause.ts";

export type FlowEntry = Extract<JournalEntry, { type: "flow" }>;
export type ProbeEntry = Extract<JournalEntry, { type: "probe" }>;
export type RunnerEntry = Extract<JournalEntry, { type: "runner" }>;

/** All moments are ISO 8601 as the journal has them. */
export interface EdgeStatus {
  readonly name: string;
  readonly clock: EdgeClock | null;
  readonly reconnectByBootMs: number | null;
  readonly isolatedAt: string | null;
  /** How often its kernel was given the isolation: again after a reboot, after a gap, by another runner. */
  readonly isolations: number;
  readonly vaultOpenAt: string | null;
  readonly releasedAt: string | null;
}

export type SourceState = "waiting" | "running" | "saved" | "failed" | "skipped";

export interface SourceStatus {
  readonly name: string;
  readonly state: SourceState;
  readonly startedAt: string | null;
  readonly snapshot: string | null;
  /** Live progress while running, the final count once saved. */
  readonly bytes: number;
  readonly items: number;
  /** What the source itself listed before it was saved; null before it was asked. */
  readonly surveyedBytes: number | null;
  readonly durationMs: number;
  /** Null until verification said something. */
  readonly verified: boolean | null;
  /** How far it was held against what was there; null where the journal does not say. */
  readonly proof: ContentProof | null;
  readonly findings: readonly string[];
  /** What it holds and the snapshot does not; one sentence each. */
  readonly incomplete: readonly string[];
  /** Signs of an attack; null until they were looked for. */
  readonly anomalies: readonly string[] | null;
}

/** `until` is null where the edge never held the isolation again. All moments are ISO 8601. */
export interface Interruption {
  readonly edge: string;
  readonly segments: readonly string[];
  readonly since: string;
  readonly until: string | null;
  readonly why: string;
}

/** Why segments stay cut; the end is in the deadlines. */
export interface Hold {
  readonly at: string;
  /** `reconnectBy` before the hold, epoch milliseconds. */
  readonly before: number;
}

/** More time, granted by every edge. */
export interface Extension {
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  readonly addMs: number;
}

export interface WindowStatus {
  readonly plan: WindowPlan;
  /** As they stand, with what an operator added. */
  readonly deadlines: Deadlines;
  /** As they were when the window was armed. */
  readonly planned: Deadlines;
  readonly extensions: readonly Extension[];
  /** Id of a request that was begun and has no outcome yet. */
  readonly extending: string | null;
  readonly hold: Hold | null;
  readonly state: WindowState;
  readonly armedAt: string;
  readonly armedBy: string;
  readonly startedAt: string;
  /** The furthest state reached before reconnecting. */
  readonly reached: WindowState;
  readonly runners: readonly RunnerEntry[];
  /** Runners that took the window up after something was touched. */
  readonly takenUp: number;
  readonly edges: readonly EdgeStatus[];
  readonly interruptions: readonly Interruption[];
  readonly flows: readonly FlowEntry[];
  /** What the site's own tables do to declared flows, as preflight found them. */
  readonly siteRules: readonly string[];
  /** When the isolation that stands now was proved by packets; null before that, and after a gap. */
  readonly isolationProvedAt: string | null;
  readonly probes: readonly ProbeEntry[];
  readonly sources: readonly SourceStatus[];
  /** Ids of the snapshots that were there before the window, shortened; null before preflight has looked. */
  readonly earlierSnapshots: readonly string[] | null;
  /** When the last source was saved or had failed. */
  readonly backupEndedAt: string | null;
  readonly vaultProvedShut: boolean | null;
  readonly records: RecordsReport | null;
  /** In the order they were given; the first is why the window ended. */
  readonly causes: readonly StopCause[];
  readonly notes: readonly string[];
  readonly acknowledged: { readonly by: string; readonly reason: string; readonly at: string } | null;
  readonly result: WindowResult | null;
  readonly endedAt: string | null;
  /** Of the last entry. */
  readonly at: string;
}
