/** The report of a window: rebuilt from the journal alone (`report/build.ts`). Times are ISO 8601 with offset. */
import type { ContentProof } from "./driver.ts";

export type WindowResult = "ok" | "partial" | "failed" | "aborted" | "skipped";

/** A segment that the window isolates. */
export interface SegmentReport {
  readonly name: string;
  /** From the edges' answers: when the lease was in every kernel. Null when it never came to that. */
  readonly isolatedAt: string | null;
  readonly reconnectedAt: string | null;
  /** Proved from inside the segment, by packets. Null when it was not tried. */
  readonly provedIsolated: boolean | null;
  readonly provedConnected: boolean | null;
  /** Flows that were closed before the window began, with the rule that closes them; they are no proof of anything. */
  readonly closedBefore: readonly string[];
}

/** A segment that the window leaves connected. */
export interface KeptSegmentReport {
  readonly name: string;
  /** Proved by packets from inside it after the window. Null when nobody could be asked there. */
  readonly provedConnected: boolean | null;
  readonly closedBefore: readonly string[];
}

export interface SourceReport {
  readonly name: string;
  readonly kind: string;
  readonly snapshot: string | null;
  /** Bytes of content saved, as restic counted them. */
  readonly bytes: number;
  /** What the source itself listed: of a database data and indexes. Null when it was not asked. */
  readonly surveyedBytes: number | null;
  /** Files for shares, rows for databases. */
  readonly items: number;
  readonly durationMs: number;
  readonly verified: boolean;
  /** How far it was held against what was there; null where nobody has looked, or did not say. */
  readonly proof: ContentProof | null;
  /** What was checked, or why it was not saved or not verified; one sentence each. */
  readonly findings: readonly string[];
  /** What the source holds and the snapshot does not, one sentence each; the rest is saved. */
  readonly incomplete: readonly string[];
}

export interface RecordsReport {
  readonly sent: number;
  readonly acknowledged: number;
  readonly stored: number;
  readonly lost: number;
}

export interface ServiceReport {
  readonly name: string;
  readonly probes: number;
  readonly failures: number;
  readonly unknown: number;
}

/** `backupStop` and `reconnectBy` were put off by an operator. */
export interface ExtensionReport {
  readonly at: string;
  readonly by: string;
  readonly reason: string;
  readonly addMs: number;
}

export interface Report {
  readonly version: 1;
  readonly id: string;
  readonly hospital: string;
  readonly zone: string;
  readonly runbook: { readonly name: string; readonly hash: string };
  readonly result: WindowResult;
  /** One sentence for each reason the result is not `ok`; empty when it is. */
  readonly reasons: readonly string[];
  readonly segments: readonly SegmentReport[];
  readonly kept: readonly KeptSegmentReport[];
  readonly sources: readonly SourceReport[];
  readonly services: readonly ServiceReport[];
  readonly records: RecordsReport | null;
  readonly deadlines: {
    readonly start: string;
    readonly startCutoff: string;
    readonly backupStop: string;
    readonly reconnectBy: string;
    /** As they were before anybody put them off. */
    readonly planned: { readonly backupStop: string; readonly reconnectBy: string };
    readonly extensions: readonly ExtensionReport[];
    /** When the last edge answered that every lease set was empty; null if it never did. */
    readonly reconnectedAt: string | null;
    /** Milliseconds by which each deadline was kept; negative when it was missed, null when not reached. */
    readonly kept: {
      readonly startCutoffMs: number | null;
      readonly backupStopMs: number | null;
      readonly reconnectByMs: number | null;
    };
  };
  readonly vault: {
    readonly openedAt: string | null;
    readonly shutAt: string | null;
    readonly provedShut: boolean | null;
  };
  /** Signs of an attack in what was saved; one sentence each, beginning with the source. */
  readonly anomalies: readonly string[];
  /** Since when the segments stayed cut because of them; null when they did not. */
  readonly heldSince: string | null;
  /** What the runbook leaves out by its own word; one sentence each. */
  readonly leftOut: readonly string[];
  readonly hazards: readonly string[];
  /** What the site's own tables on the edges do to declared flows, or that it is unknown. */
  readonly siteRules: readonly string[];
  /** What else happened in the night and was mended or could not be, in the order of the journal. */
  readonly notes: readonly string[];
  readonly promotionOverride: string | null;
  readonly startedAt: string;
  readonly endedAt: string;
}

/** Of a window that has not ended: there is no result, and what was not looked at yet is null. */
export interface ReportSoFar extends Omit<Report, "result" | "endedAt" | "sources"> {
  readonly result: null;
  readonly endedAt: null;
  /** Always empty. */
  readonly reasons: readonly [];
  /** What is and what is still to come, in one line. */
  readonly soFar: string;
  readonly sources: readonly (Omit<SourceReport, "verified"> & { readonly verified: boolean | null })[];
}
