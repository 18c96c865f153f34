/** Saves files again that restic takes for unchanged, because they have the size and time that they had before. */
import type { BackupContext, Saved } from "../../model/driver.ts";
import type { SmbSource } from "../../model/hospital.ts";
import type { Restic } from "../restic/restic-call.ts";
import type { MountedShare } from "./mounted-share.ts";
import { judgeShare } from "./share-judgement.ts";
import { listShare } from "./share-listing.ts";
import { saveShare } from "./share-saving.ts";

/**
 * What its parent snapshot does not hold, restic reads anew: so a snapshot without these files is made first. It does
 * not count, and the next one is whole. Nothing else is read again. @throws BACKUP, DEADLINE
 */
export async function saveStale(
  restic: Restic,
  source: SmbSource,
  context: BackupContext,
  share: MountedShare,
  stale: readonly string[],
): Promise<Saved> {
  const listing = await listShare(source, context);
  const what = { share, listing, progress: () => {} };
  const apart = { ...context, attempt: "stale.without" };
  const { snapshot: parent } = await saveShare(restic, source, apart, { ...what, leaveOut: stale });
  const again = await saveShare(restic, source, { ...context, attempt: "stale.again" }, { ...what, parent });
  return judgeShare(source, listing, again, restic, context);
}
