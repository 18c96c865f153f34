/** The functions that each kind of source is (`backup/sources/<kind>.ts`). */
import type { Credentials, Repository, Source } from "./hospital.ts";

/** A repository that can be opened and added to, but from which nothing can be deleted. */
export interface ServedRepository {
  /** As restic takes it for `--repo`. */
  readonly url: string;
  /** Fires, with the reason, when it is served no more. */
  readonly lost: AbortSignal;
}

export interface BackupContext {
  readonly windowId: string;
  /** Which attempt at a source this is: tags its snapshots, so that those of failed ones can be told apart. */
  readonly attempt?: string;
  /** What this source may take of the declared bandwidth. */
  readonly bytesPerSecond?: number;
  readonly repository: Repository;
  /** Has the repository served; whoever opens it asks each time. @throws BACKUP, PREREQUISITE. */
  readonly reach: () => Promise<ServedRepository>;
  readonly credentials: Credentials;
  /** A directory on tmpfs (mode 0700) for mounts, option files and sockets; removed when the window ends. */
  readonly runtimeDir: string;
  readonly signal: AbortSignal;
  readonly log: (line: string) => void;
}

/** What the source itself says it holds, asked without the path the backup takes. */
export interface Survey {
  readonly items: number;
  readonly bytes: number;
  /** Kind-specific detail, kept in memory for the verification only. */
  readonly detail: unknown;
}

export interface Saved {
  readonly snapshot: string;
  readonly bytes: number;
  readonly items: number;
  /** Sentences for the report. */
  readonly findings: readonly string[];
  /** What the source holds and the snapshot does not, one sentence each; the rest is saved. */
  readonly incomplete?: readonly string[];
  readonly detail: unknown;
}

/** How far what comes back was held against what was there. */
export interface ContentProof {
  /** `content`: everything, value by value; `sample`: a part drawn at random; `none`: it was only counted. */
  readonly kind: "content" | "sample" | "none";
  /** Of the content, 0 to 1: what was held against the source. 1 only where nothing was left out. */
  readonly fraction: number;
  /** ISO 8601: since when the part that was left out longest has not been compared. Null: nothing, or not known. */
  readonly oldestUnprovedAt: string | null;
  /** What comes back other than it was; each names the object and the kind. */
  readonly differences: readonly string[];
}

export interface Verified {
  readonly verified: boolean;
  readonly findings: readonly string[];
  readonly proof: ContentProof;
  /** Where what was stored had to be saved again to be the same: this counts from now on. */
  readonly savedAgain?: Saved;
}

export const NOT_PROVED: ContentProof = {
  kind: "none",
  fraction: 0,
  oldestUnprovedAt: null,
  differences: [],
};

export interface VerifyOptions {
  readonly sampleFiles: number;
  readonly databases: "load" | "skip";
  /** Seed of the random sample; written into the findings. */
  readonly seed: number;
}

/** What a snapshot is compared with when signs of an attack are looked for. */
export interface AnomalyLimits {
  /** Snapshot of the last window that found nothing in this source; null when there is none. */
  readonly earlier: string | null;
  /** Percent of files or bytes that may have changed since. */
  readonly mostChangedPercent: number;
}

export interface SourceDriver<S extends Source = Source> {
  /** Is what this kind needs installed here? Throws PREREQUISITE. Reaches nobody: the vault is still shut. */
  preflight(source: S, context: BackupContext): Promise<void>;
  survey(source: S, context: BackupContext): Promise<Survey>;
  /** Throws BACKUP when the snapshot is missing or not complete: a snapshot with unread files is never ok. */
  backup(
    source: S,
    survey: Survey,
    context: BackupContext,
    progress: (bytes: number) => void,
  ): Promise<Saved>;
  /** Never throws for a finding about the data; a finding that matters makes `verified` false. */
  verify(source: S, saved: Saved, context: BackupContext, options: VerifyOptions): Promise<Verified>;
  /** Signs that the content is no longer what people wrote, one sentence each. Asks the repository alone. */
  anomalies(
    source: S,
    saved: Saved,
    context: BackupContext,
    limits: AnomalyLimits,
  ): Promise<readonly string[]>;
}
