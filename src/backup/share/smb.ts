/** Files of a Windows-style share: mounted read-only, saved file by file, and counted against the server's own list. */
import type { Saved, SourceDriver, Survey } from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import type { SmbSource } from "../../model/hospital.ts";
import { shareAnomalies } from "../anomaly/share-anomalies.ts";
import { resticFor } from "../restic/restic-call.ts";
import { withMountedShare } from "./mounted-share.ts";
import { judgeShare } from "./share-judgement.ts";
import { listShare, type ShareListing, totalBytes } from "./share-listing.ts";
import { saveShare } from "./share-saving.ts";
import { requireShareTools } from "./share-transport.ts";
import { verifyShare } from "./verification.ts";

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
    return judgeShare(source, listing, saved, restic, context);
  },

  verify: verifyShare,
  anomalies: shareAnomalies,
};
