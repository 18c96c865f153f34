/**
 * The journal's events: append-only, one JSON object a line, hash-chained. Enough to resume a window after
 * `kill -9` and to rebuild its report. A documented contract: `docs/journal.md`.
 */

import type { ContentProof } from "./driver.ts";
import type { EdgeClock } from "./edge-protocol.ts";
import type { Deadlines, WindowPlan } from "./plan.ts";
import type { RecordsReport, WindowResult } from "./report.ts";

export type WindowState =
  | "planned"
  | "armed"
  | "preflight"
  | "isolating"
  | "isolated"
  | "backing-up"
  | "verifying"
  | "holding"
  | "reconnecting"
  | "ended";

export type JournalBody =
  | { readonly type: "armed"; readonly plan: WindowPlan; readonly deadlines: Deadlines; readonly by: string }
  | { readonly type: "state"; readonly state: WindowState }
  | {
      readonly type: "runner";
      readonly pid: number;
      /** Field 22 of /proc/PID/stat: with the boot id it tells this process from a later one of the same number. */
      readonly startTime: string;
      readonly version: string;
      readonly bootId: string;
      /** Milliseconds since the backup host's boot, when this entry was made. */
      readonly bootMs: number;
    }
  /** The clock of an edge when its deadlines were fixed; every later lease is computed from it. */
  | {
      readonly type: "edge-clock";
      readonly edge: string;
      readonly clock: EdgeClock;
      readonly reconnectByBootMs: number;
    }
  | {
      readonly type: "isolated";
      readonly edge: string;
      readonly segments: readonly string[];
      readonly timeoutMs: number;
    }
  /** An edge did not hold the isolation when it was looked at; it was last seen to hold it at `since` (ISO 8601). */
  | {
      readonly type: "interrupted";
      readonly edge: string;
      readonly segments: readonly string[];
      readonly since: string;
      readonly why: string;
    }
  /** Packets from inside `segments` showed that they are cut, and every edge held the isolation all the while. */
  | {
      readonly type: "isolation-proved";
      readonly segments: readonly string[];
      /** Isolated too, but without a probe point: nothing can be tried from there. */
      readonly untried: readonly string[];
    }
  | { readonly type: "vault-open"; readonly edge: string; readonly timeoutMs: number }
  | {
      readonly type: "flow";
      readonly segment: string;
      readonly phase: "before" | "isolated" | "connected";
      readonly flow: string;
      /** `refused`: as it was before; `closed`: by the site's own rules before, so that it must not be open. */
      readonly expected: "open" | "refused" | "cut" | "closed";
      readonly actual: "open" | "refused" | "cut" | "unknown";
      /** The rule of the site's own that closes it, where the edge's tables say so. */
      readonly by?: string;
    }
  /** What the site's own tables on an edge do to declared flows, one sentence each. */
  | { readonly type: "site-rules"; readonly edge: string; readonly findings: readonly string[] }
  | {
      readonly type: "probe";
      readonly service: string;
      readonly outcome: "ok" | "failed" | "unknown";
      readonly detail?: string;
      /** Consecutive repeats are folded into one event with a count. */
      readonly count: number;
    }
  /** Snapshots that were there before the window: what a later runner compares a source's snapshot with. */
  | { readonly type: "repository"; readonly earlier: readonly string[] }
  | { readonly type: "source-started"; readonly source: string }
  /** What the source itself lists, before it is saved; of a database data and indexes, whose dump has another size. */
  | {
      readonly type: "source-surveyed";
      readonly source: string;
      readonly items: number;
      readonly bytes: number;
    }
  | { readonly type: "source-progress"; readonly source: string; readonly bytes: number }
  | {
      readonly type: "source-saved";
      readonly source: string;
      readonly snapshot: string;
      readonly bytes: number;
      readonly items: number;
      readonly durationMs: number;
      readonly findings: readonly string[];
      /** What the source holds and the snapshot does not; absent where nothing is. */
      readonly incomplete?: readonly string[];
    }
  | {
      readonly type: "source-failed";
      readonly source: string;
      readonly reason: string;
      readonly durationMs: number;
    }
  | { readonly type: "source-skipped"; readonly source: string; readonly reason: string }
  | {
      readonly type: "source-verified";
      readonly source: string;
      readonly verified: boolean;
      readonly findings: readonly string[];
      /** Missing in journals of before contents were compared. */
      readonly proof?: ContentProof;
    }
  /** Signs of an attack were looked for in what was saved; one sentence for each that was found. */
  | { readonly type: "inspected"; readonly source: string; readonly anomalies: readonly string[] }
  /** The segments stay cut because of an anomaly, until the new `reconnectBy` at the latest. */
  | { readonly type: "held"; readonly addMs: number; readonly deadlines: Deadlines }
  /** An operator wants more time. Until `extended` follows, the old deadlines stand. */
  | { readonly type: "extending"; readonly request: string; readonly by: string; readonly addMs: number }
  /** Every edge holds the longer lease: `deadlines` are the new ones, epoch milliseconds. */
  | {
      readonly type: "extended";
      readonly request: string;
      readonly by: string;
      readonly reason: string;
      readonly addMs: number;
      readonly deadlines: Deadlines;
    }
  | {
      readonly type: "extension-refused";
      readonly request: string;
      readonly by: string;
      readonly why: string;
    }
  | { readonly type: "released"; readonly edge: string }
  | { readonly type: "vault-shut"; readonly proved: boolean | null }
  | { readonly type: "records"; readonly records: RecordsReport }
  /** Why the window is over; the first one wins. */
  | { readonly type: "reason"; readonly result: WindowResult; readonly reason: string }
  /** The journal before this line was broken at `line`; the file was kept as `kept`, and nothing is resumed. */
  | { readonly type: "broken"; readonly line: number; readonly kept: string }
  | { readonly type: "note"; readonly text: string }
  | { readonly type: "acknowledged"; readonly by: string; readonly reason: string }
  | { readonly type: "ended"; readonly result: WindowResult };

/** What stands on a line: `hash` is SHA-256 over the line without it, `prev` the hash of the line before. */
export type JournalEntry = JournalBody & {
  readonly seq: number;
  /** ISO 8601 with offset, wall clock of the backup host. */
  readonly at: string;
  readonly prev: string;
  readonly hash: string;
};
