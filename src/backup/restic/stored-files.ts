/**
 * A snapshot's files beside the share they came from: restic mounts the repository in the share's own namespace, so
 * that the two can be compared as they are read, and nothing needs room for what is put back.
 */

import { type MountedShare, untilMounted } from "../share/mounted-share.ts";
import { start } from "../tools/command.ts";
import { failureOf, type Restic, snapshotArgument } from "./restic-call.ts";

/** In the namespace; no source can have a name that begins with a dot. */
export const storedAt = "/mnt/.stored";

/** @param use is given the snapshot's root as this process can read it. @throws BACKUP */
export async function withStoredFiles<T>(
  restic: Restic,
  share: MountedShare,
  id: string,
  use: (root: string) => Promise<T>,
): Promise<T> {
  const args = [...restic.base, "mount", "--no-lock", "--path-template", "ids/%i", storedAt];
  const child = start({ file: "restic", args, within: share.within, signal: restic.signal });
  child.stdin.end();
  child.stdout.resume();
  const failed = child.ended.then((exit) => {
    return failureOf(restic, "Mounting the repository", { ...exit, message: child.stderr() });
  });
  try {
    await untilMounted(share, storedAt, failed, restic.signal);
    return await use(`${share.root}${storedAt}/ids/${snapshotArgument(id).slice(0, 8)}`);
  } finally {
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 3_000);
    await child.ended;
    clearTimeout(late);
  }
}
