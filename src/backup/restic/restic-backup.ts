/** Saving with restic: exit 0 and a named snapshot, or a failure; nothing in between counts. */
import { JedaError } from "../../model/errors.ts";
import { resticLimit } from "../tools/bandwidth.ts";
import { removeStaleLocks } from "./restic.ts";
import { converse, failureOf, type Restic } from "./restic-call.ts";
import type { ResticSummary } from "./restic-messages.ts";

/** What is common to every snapshot that a window makes. */
export interface SnapshotLabels {
  readonly windowId: string;
  readonly source: string;
  /** The machine the data came from; with the path it decides which earlier snapshot is the parent. */
  readonly host: string;
  readonly attempt?: string;
}

export interface ItemError {
  readonly item: string;
  readonly message: string;
}

export interface BackupEnd {
  readonly exitCode: number | null;
  readonly summary: ResticSummary | null;
  /** Items that could not be read, with what restic said. */
  readonly unread: readonly ItemError[];
  /** Null when restic ended with 0 and named a snapshot. */
  readonly failure: JedaError | null;
}

export interface BackupCall {
  /** What follows `restic backup` and the labels. */
  readonly args: readonly string[];
  /** Enters the namespace where the source is mounted. */
  readonly within?: readonly string[];
  readonly signal?: AbortSignal;
  readonly bytesPerSecond?: number | undefined;
  /** Bytes and files read so far, about twice a second. */
  readonly progress?: (bytes: number, files: number) => void;
}

/** Before the number of an attempt. */
export const attemptTag = "attempt:";

/** Of every snapshot of a source in a window, whichever attempt made it. */
export function tagsOf(labels: Pick<SnapshotLabels, "windowId" | "source">): readonly string[] {
  return ["jeda", `window:${labels.windowId}`, `source:${labels.source}`];
}

/** Never throws for what restic says: see `failure`. A stale lock is removed, and the call repeated, once. */
export async function backup(restic: Restic, labels: SnapshotLabels, what: BackupCall): Promise<BackupEnd> {
  const first = await attempt(restic, labels, what);
  if (first.exitCode !== 11) return first;
  await removeStaleLocks(restic);
  return attempt(restic, labels, what);
}

async function attempt(restic: Restic, labels: SnapshotLabels, what: BackupCall): Promise<BackupEnd> {
  const which = labels.attempt === undefined ? [] : [`${attemptTag}${labels.attempt}`];
  const tags = [...tagsOf(labels), ...which].flatMap((tag) => ["--tag", tag]);
  const unread: ItemError[] = [];
  const summaries: ResticSummary[] = [];
  const end = await converse(
    restic,
    ["backup", ...resticLimit(what), "--host", labels.host, ...tags, ...what.args],
    (message) => {
      if (message.type === "status") what.progress?.(message.bytesDone, message.filesDone);
      if (message.type === "summary") summaries.push(message.summary);
      if (message.type === "error") unread.push({ item: message.item, message: message.message });
    },
    { within: what.within ?? [], signal: what.signal ?? restic.signal },
  );
  const summary = summaries.at(-1) ?? null;
  const doing = `Saving ${labels.source}`;
  const message = unread[0]?.message ?? end.message;
  const failure = failureOf(restic, doing, { ...end, message });
  if (failure === null && !summary?.snapshot) {
    const unnamed = new JedaError("BACKUP", `${doing}: restic ended with 0 but named no snapshot.`);
    return { exitCode: end.exitCode, summary, unread, failure: unnamed };
  }
  return { exitCode: end.exitCode, summary, unread, failure };
}
