/** Files of a Windows-style share: mounted read-only, saved file by file, and counted against the server's own list. */
import type { BackupContext, Saved, SourceDriver, Survey } from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import type { SmbSource } from "../../model/hospital.ts";
import { shareAnomalies } from "../anomaly/share-anomalies.ts";
import { relativeFiles, sharePath, withMountedShare } from "../mounted-share.ts";
import { listSnapshot } from "../restic.ts";
import { type BackupEnd, backup } from "../restic-backup.ts";
import { type Restic, resticFor } from "../restic-call.ts";
import { compareWithSurveys, nameSome } from "../share-comparison.ts";
import { type Listing, listShare, totalBytes } from "../share-listing.ts";
import { requireShareTools } from "../share-transport.ts";
import { labelsFor } from "../snapshot-identity.ts";
import { verifyShare } from "./smb-verification.ts";

/** People delete files while they are being read; each attempt is incremental, so a further one is cheap. */
const ATTEMPTS = 3;

export const smbDriver: SourceDriver<SmbSource> = {
  preflight: requireShareTools,

  async survey(source, context): Promise<Survey> {
    const listing = await listShare(source, context);
    return { items: listing.size, bytes: totalBytes(listing), detail: listing };
  },

  async backup(source, survey, context, progress): Promise<Saved> {
    const before = survey.detail as Listing;
    if (before.size === 0) {
      throw new JedaError(
        "BACKUP",
        `${source.name}: //${source.host}/${source.share} lists no file at all.`,
        {
          hint: "An empty share is never taken for a backup: is it the right share, and is its disk mounted there?",
        },
      );
    }
    const restic = await resticFor(context);
    const end = await withMountedShare(source, context, async (share) => {
      const { bytesPerSecond } = context;
      const call = { args: [share.path], within: share.within, progress, bytesPerSecond };
      return saveUntilComplete(source, context, (again) =>
        backup(restic, labelsFor(source, context, again), call),
      );
    });
    context.signal.throwIfAborted();
    return judge(source, before, end, restic, context);
  },

  verify: verifyShare,
  anomalies: shareAnomalies,
};

/** Repeats only while everything unread has meanwhile gone from the server. @throws BACKUP */
async function saveUntilComplete(
  source: SmbSource,
  context: BackupContext,
  save: (again: number) => Promise<BackupEnd>,
): Promise<BackupEnd> {
  for (let attempt = 1; ; attempt++) {
    const end = await save(attempt);
    context.signal.throwIfAborted();
    if (end.failure === null) return end;
    if (end.exitCode !== 3 || attempt === ATTEMPTS) throw end.failure;
    const listed = await listShare(source, context);
    const root = `${sharePath(source)}/`;
    const still = end.unread.filter(({ item }) => listed.has(item.replace(root, "")));
    const [first] = still;
    if (first !== undefined || end.unread.length === 0) {
      const names = nameSome(still.map(({ item }) => item.replace(root, "")));
      throw new JedaError(
        "BACKUP",
        `${source.name}: could not read ${names}: ${first?.message ?? "no reason given"}`,
        {
          hint: "Give the backup account read access, or close the files; a snapshot with unread files never counts.",
          changed: "an incomplete snapshot is in the repository; it does not count",
        },
      );
    }
    context.log(
      `${source.name}: files went away while being read; saving again (${attempt + 1} of ${ATTEMPTS}).`,
    );
  }
}

/** A snapshot id proves nothing: what is in it is compared with what the server lists, before and after. */
async function judge(
  source: SmbSource,
  before: Listing,
  end: BackupEnd,
  restic: Restic,
  context: BackupContext,
): Promise<Saved> {
  const id = end.summary?.snapshot ?? "";
  const [after, snapshot] = await Promise.all([listShare(source, context), listSnapshot(restic, id)]);
  const files = relativeFiles(snapshot, source);
  const { missing, wrongSize, changed } = compareWithSurveys(before, after, files);
  const wrong = [...missing, ...wrongSize];
  if (files.size === 0 || wrong.length > 0) {
    const what = files.size === 0 ? "no file at all" : `not what the server lists of ${nameSome(wrong)}`;
    throw new JedaError("BACKUP", `${source.name}: snapshot ${id.slice(0, 8)} holds ${what}.`, {
      hint: `The server lists ${before.size} files, the snapshot ${files.size}; look for read errors on the server.`,
      changed: "an incomplete snapshot is in the repository; it does not count",
    });
  }
  const findings = [
    `${files.size} files saved; the server itself listed ${before.size} before and ${after.size} after.`,
    ...(changed.length > 0 ? [`${changed.length} changed meanwhile: ${nameSome(changed)}.`] : []),
  ];
  return { snapshot: id, bytes: end.summary?.bytes ?? 0, items: files.size, findings, detail: null };
}
