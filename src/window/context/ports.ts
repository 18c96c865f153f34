/** Everything outside that a window touches, so that the whole of it also runs in memory. */
import type { TaggedSnapshot } from "../../backup/restic/snapshot-identity.ts";
import type { PastRun } from "../../estimate/duration.ts";
import type { BackupContext, ServedRepository, SourceDriver } from "../../model/driver.ts";
import type { EdgeClient } from "../../model/edge-protocol.ts";
import type { Credentials, Repository, Source } from "../../model/hospital.ts";
import type { PlannedEdge } from "../../model/plan.ts";
import type { Prober } from "../../model/prober.ts";
import type { Clock } from "../clocks/clock.ts";
import type { ExtensionRequest } from "../verdict/extension-rules.ts";

export interface RepositoryPort {
  /** Is what opens it here and new enough? Throws PREREQUISITE. */
  ready(context: BackupContext): Promise<void>;
  /** Has it served, append-only, until `close`. Throws BACKUP, PREREQUISITE. */
  reach(repository: Repository): Promise<ServedRepository>;
  /** Never throws. */
  close(): Promise<void>;
  /** Opens it with its password and lists all snapshots. Throws CREDENTIALS, BACKUP. */
  snapshots(context: BackupContext): Promise<readonly TaggedSnapshot[]>;
  /** Reads so many percent of the data back; sentences for the report. Throws VERIFY. */
  check(context: BackupContext, readPercent: number): Promise<readonly string[]>;
  /** Bytes that are free where the repository lies. */
  freeBytes(repository: Repository): Promise<number>;
}

export interface Runtime {
  readonly clock: Clock;
  readonly version: string;
  readonly credentials: Credentials;
  /** A directory on tmpfs, mode 0700, removed when the window ends. */
  readonly runtimeDir: string;
  readonly repository: RepositoryPort;
  readonly log: (line: string) => void;
  /** What earlier windows of this host saved, and how long it took. */
  past(): readonly PastRun[];
  edge(edge: PlannedEdge): EdgeClient;
  prober(destination: string): Prober;
  driver(source: Source): SourceDriver;
  /** Runs the one counting statement of a record witness. */
  countStored(source: Source, query: string, context: BackupContext): Promise<number>;
  /** Runs a notice's command with the text on standard input. */
  tell(command: readonly string[], text: string, signal: AbortSignal): Promise<void>;
  /** What the newest window in which nothing was wrong with this source has saved of it; null without one. */
  lastGood(source: string): { readonly snapshot: string; readonly items: number } | null;
  /** Where this host's zone data put one of these moments (epoch milliseconds) elsewhere; null where they don't. */
  zoneDoubt(zone: string, moments: readonly number[]): Promise<string | null>;
  /** Takes what an operator has asked for since; null when there is nothing. */
  nextExtension(): ExtensionRequest | null;
  /** Stores the report beside the journal. */
  store(report: string): void;
}
