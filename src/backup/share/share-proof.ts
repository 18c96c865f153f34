/** Compares what is stored of a share's files with what the server gives now: streamed, so that it needs no room. */
import { once } from "node:events";
import type { BackupContext } from "../../model/driver.ts";
import type { SmbSource } from "../../model/hospital.ts";
import type { Restic } from "../restic/restic-call.ts";
import { withStoredFiles } from "../restic/stored-files.ts";
import { unlessStill } from "../tools/standstill.ts";
import { type Comparison, compareFiles } from "./compare-files.ts";
import { type MountedShare, sharePath } from "./mounted-share.ts";
import { unchanged } from "./share-comparison.ts";
import { type Listing, listShare } from "./share-listing.ts";

/** Each path is in one of them. */
export interface ShareProof {
  readonly same: readonly string[];
  /** Changed since they were saved, by the server's list: there is nothing to compare. */
  readonly changed: readonly string[];
  /** Of other content, under the size and time that they had when they were saved. */
  readonly stale: readonly string[];
  /** The server does not give them now. */
  readonly unread: readonly string[];
  /** The repository does not give them back. */
  readonly damaged: readonly string[];
}

export interface ToProve {
  readonly share: MountedShare;
  readonly snapshot: string;
  readonly paths: readonly string[];
  /** All of the snapshot's. */
  readonly saved: Listing;
  readonly now: Listing;
}

/** Files that are read at the same time: a share answers one after the other, with a pause between. */
const atOnce = 4;

/** @throws BACKUP, DEADLINE when neither side gives a byte for the source's standstill. */
export async function proveFiles(
  restic: Restic,
  source: SmbSource,
  context: BackupContext,
  { share, snapshot, paths, saved, now }: ToProve,
): Promise<ShareProof> {
  const found = new Map<string, Comparison | "changed">();
  const queue = [...paths].sort();
  const doing = `${source.name}: comparing it with what is stored`;
  await unlessStill(doing, source.standstillMs, ({ signal, moved }) => {
    const stop = AbortSignal.any([restic.signal, signal]);
    return withStoredFiles(restic, share, snapshot, async (root) => {
      const worker = async (): Promise<void> => {
        for (let path = queue.shift(); path !== undefined && !stop.aborted; path = queue.shift()) {
          if (!unchanged(path, saved, now)) found.set(path, "changed");
          else {
            const stored = `${root}${sharePath(source)}/${path}`;
            found.set(path, await compareFiles({ stored, now: `${share.visible}/${path}`, moved }));
          }
        }
      };
      const workers = Promise.all(Array.from({ length: atOnce }, worker));
      // A read that hangs ends when the mount goes, which is after this.
      const done = new AbortController();
      const stopped = once(stop, "abort", { signal: done.signal }).then(() => stop.throwIfAborted());
      await Promise.race([workers, stopped]).finally(() => done.abort());
      stop.throwIfAborted();
    });
  });
  const others = [...found].filter(([, how]) => how !== "same" && how !== "changed");
  // Someone may have saved the very file between the listing and the reading: the server is asked once more.
  const later = others.length > 0 ? (await listShare(source, context)).files : now;
  for (const [path] of others) if (!unchanged(path, saved, later)) found.set(path, "changed");
  const those = (how: Comparison | "changed"): readonly string[] =>
    [...found].filter(([, its]) => its === how).map(([path]) => path);
  return {
    same: those("same"),
    changed: those("changed"),
    stale: those("other"),
    unread: those("unread"),
    damaged: those("damaged"),
  };
}
