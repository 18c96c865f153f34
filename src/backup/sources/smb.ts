/** Files of a Windows-style share: mounted read-only, saved file by file, and counted against the server's own list. */
import type { BackupContext, Saved, SourceDriver, Survey } from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import type { SmbSource } from "../../model/hospital.ts";
import { shareAnomalies } from "../anomaly/share-anomalies.ts";
import { relativeFiles, withMountedShare } from "../mounted-share.ts";
import { listSnapshot } from "../restic.ts";
import { type Restic, resticFor } from "../restic-call.ts";
import { compareWithSurveys, nameSome } from "../share-comparison.ts";
import { explainGaps } from "../share-completeness.ts";
import { listShare, type ShareListing, totalBytes } from "../share-listing.ts";
import { type ShareSaved, saveShare } from "../share-saving.ts";
import { requireShareTools } from "../share-transport.ts";
import { verifyShare } from "./smb-verification.ts";

export const smbDriver: SourceDriver<SmbSource> = {
  preflight: requireShareTools,

  async survey(source, context): Promise<Survey> {
    const listing = await listShare(source, context);
    return { items: listing.files.size, bytes: totalBytes(listing.files), detail: listing };
  },

  async backup(source, survey, context, progress): Promise<Saved> {
    const listing = survey.detail as ShareListing;
    if (listing.files.size === 0) {
      throw new JedaError(
        "BACKUP",
        `${source.name}: //${source.host}/${source.share} lists no file at all.`,
        {
          hint: "An empty share is never taken for a backup: is it the right share, and is its disk mounted there?",
        },
      );
    }
    const restic = await resticFor(context);
    const saved = await withMountedShare(source, context, (share) =>
      saveShare(restic, source, context, { share, listing, progress }),
    );
    return judge(source, listing, saved, restic, context);
  },

  verify: verifyShare,
  anomalies: shareAnomalies,
};

/** A snapshot id proves nothing: what is in it is compared with what the server lists, before and after. */
async function judge(
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
