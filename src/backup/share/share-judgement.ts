/** A snapshot id proves nothing: what is in it is compared with what the server lists, before and after. */
import type { BackupContext, Saved } from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import type { SmbSource } from "../../model/hospital.ts";
import { listSnapshot } from "../restic/restic.ts";
import type { Restic } from "../restic/restic-call.ts";
import { relativeFiles } from "./mounted-share.ts";
import { compareWithSurveys, nameSome } from "./share-comparison.ts";
import { explainGaps } from "./share-completeness.ts";
import { listShare, type ShareListing } from "./share-listing.ts";
import type { ShareSaved } from "./share-saving.ts";

/** @throws BACKUP when it lacks what nobody said to be unread. */
export async function judgeShare(
  source: SmbSource,
  before: ShareListing,
  { snapshot: id, bytes, unread }: ShareSaved,
  restic: Restic,
  context: BackupContext,
): Promise<Saved> {
  const [after, snapshot] = await Promise.all([listShare(source, context), listSnapshot(restic, id)]);
  const files = relativeFiles(snapshot, source);
  const { missing, wrongSize, changed } = compareWithSurveys(before.files, after.files, files);
  const { incomplete, unexplained } = explainGaps([...missing, ...wrongSize], unread, before, after);
  if (files.size === 0 || unexplained.length > 0) {
    const what =
      files.size === 0 ? "no file at all" : `not what the server lists of ${nameSome(unexplained)}`;
    const [first] = incomplete;
    throw new JedaError("BACKUP", `${source.name}: snapshot ${id.slice(0, 8)} holds ${what}.`, {
      hint:
        files.size === 0 && first !== undefined
          ? `Nothing could be read: ${first}`
          : `The server lists ${before.files.size} files, the snapshot ${files.size}; look for read errors on the server.`,
      changed: "an incomplete snapshot is in the repository; it does not count",
    });
  }
  const findings = [
    `${files.size} files saved; the server itself listed ${before.files.size} before and ${after.files.size} after.`,
    ...(changed.length > 0 ? [`${changed.length} changed meanwhile: ${nameSome(changed)}.`] : []),
  ];
  return { snapshot: id, bytes, items: files.size, findings, incomplete, detail: null };
}
