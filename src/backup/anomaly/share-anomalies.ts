/** Compares a share's snapshot with that of the last good window: canaries, change, names, and a look inside. */
import { createHash } from "node:crypto";
import type { AnomalyLimits, BackupContext, Saved } from "../../model/driver.ts";
import type { SmbSource } from "../../model/hospital.ts";
import { dump, listSnapshot } from "../restic/restic.ts";
import { type Restic, resticFor } from "../restic/restic-call.ts";
import { relativeFiles, sharePath } from "../share/mounted-share.ts";
import { nameSome } from "../share/share-comparison.ts";
import type { Listing } from "../share/share-listing.ts";
import { drawSample } from "../tools/sample.ts";
import { changedSince, looksEncrypted, plainName, suspiciousNames, unusualChange } from "./signs.ts";

/** Changed plain files that are looked into; so many that look random are no accident. */
const looked = 4;
const fewest = 3;
/** The beginning is enough: bytes. */
const headBytes = 64 * 1024;

/** Reads the repository alone: the share is not asked. @throws BACKUP when a snapshot can't be read. */
export async function shareAnomalies(
  source: SmbSource,
  saved: Saved,
  context: BackupContext,
  { earlier, mostChangedPercent }: AnomalyLimits,
): Promise<readonly string[]> {
  const restic = await resticFor(context);
  const list = async (id: string): Promise<Listing> => relativeFiles(await listSnapshot(restic, id), source);
  const now = { files: await list(saved.snapshot), snapshot: saved.snapshot };
  const before = earlier === null ? null : { files: await list(earlier), snapshot: earlier };
  return [
    ...(await canaries(restic, source, now, before)),
    ...suspiciousNames(now.files, before?.files ?? null),
    ...(before === null ? [] : unusualChange(before.files, now.files, mostChangedPercent)),
    ...(before === null ? [] : await inside(restic, source, before.files, now)),
  ];
}

interface Kept {
  readonly files: Listing;
  readonly snapshot: string;
}

/** Size and time can be put back by whoever encrypts: the content is compared. */
async function canaries(
  restic: Restic,
  source: SmbSource,
  now: Kept,
  before: Kept | null,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of source.canaries) {
    if (!now.files.has(path)) found.push(`the canary ${path} is gone`);
    else if (before?.files.has(path) === true) {
      const [a, b] = await Promise.all(
        [before, now].map(({ snapshot }) => digest(restic, source, snapshot, path)),
      );
      if (a !== b) found.push(`the canary ${path} was changed`);
    }
  }
  return found;
}

async function digest(restic: Restic, source: SmbSource, snapshot: string, path: string): Promise<string> {
  const hash = createHash("sha256");
  const { stream, ended } = dump(restic, snapshot, `${sharePath(source)}/${path}`);
  for await (const piece of stream) hash.update(piece as Buffer);
  const failure = await ended;
  if (failure !== null) throw failure;
  return hash.digest("hex");
}

/** Plain files that were changed and now look like noise. */
async function inside(
  restic: Restic,
  source: SmbSource,
  before: Listing,
  { files: now, snapshot }: Kept,
): Promise<readonly string[]> {
  const changed = changedSince(before, now).filter((path) => plainName.test(path) && now.has(path));
  const sample = drawSample(changed, looked, changed.length);
  const random: string[] = [];
  for (const path of sample) {
    if (looksEncrypted(await head(restic, source, snapshot, path))) random.push(path);
  }
  if (random.length < fewest) return [];
  return [`changed text files have random content now: ${nameSome(random)}`];
}

async function head(restic: Restic, source: SmbSource, snapshot: string, path: string): Promise<Buffer> {
  const { stream, ended } = dump(restic, snapshot, `${sharePath(source)}/${path}`);
  const pieces: Buffer[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    // Read to its end, kept in part: a stream that is left would end restic with an error.
    if (bytes < headBytes) pieces.push(piece as Buffer);
    bytes += (piece as Buffer).length;
  }
  const failure = await ended;
  if (failure !== null) throw failure;
  return Buffer.concat(pieces).subarray(0, headBytes);
}
