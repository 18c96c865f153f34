/** Saves a mounted share with restic, and again while what could not be read may be read, or gone, the next time. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { BackupContext } from "../../model/driver.ts";
import type { SmbSource } from "../../model/hospital.ts";
import { includePattern } from "../../model/include-patterns.ts";
import { resticExcludes } from "../../model/share-excludes.ts";
import { type BackupEnd, backup } from "../restic/restic-backup.ts";
import type { Restic } from "../restic/restic-call.ts";
import { labelsFor } from "../restic/snapshot-identity.ts";
import { unlessStill } from "../tools/standstill.ts";
import { type MountedShare, sharePath } from "./mounted-share.ts";
import type { ShareListing, Unread } from "./share-listing.ts";

/** People delete files while they are being read; each attempt is incremental, so a further one is cheap. */
const attempts = 3;

export interface ShareSaving {
  readonly share: MountedShare;
  readonly listing: ShareListing;
  readonly progress: (bytes: number) => void;
  /** Files and folders besides. */
  readonly leaveOut?: readonly string[];
  /** Snapshot that decides what is read again; unless told, the last one of this share. */
  readonly parent?: string;
}

export interface ShareSaved {
  readonly snapshot: string;
  readonly bytes: number;
  /** What restic could not read and the server still lists. */
  readonly unread: readonly Unread[];
}

/** @throws BACKUP, CREDENTIALS, LOCKED, and DEADLINE when it stands still. */
export async function saveShare(
  restic: Restic,
  source: SmbSource,
  context: BackupContext,
  what: ShareSaving,
): Promise<ShareSaved> {
  const { listing } = what;
  const excludes = await excludeArguments(source, context, what);
  const parent = what.parent === undefined ? [] : ["--parent", what.parent];
  /** What the listing could not read either, and then what the attempt before could not. */
  let expected: readonly Unread[] = listing.unlisted;
  for (let attempt = 1; ; attempt++) {
    const call = { attempt, options: [...excludes, ...parent] };
    const end = await saveOnce(restic, source, context, what, call);
    context.signal.throwIfAborted();
    const saved = { snapshot: end.summary?.snapshot ?? "", bytes: end.summary?.bytes ?? 0 };
    if (end.failure === null) return { ...saved, unread: [] };
    if (end.exitCode !== 3 || end.unread.length === 0 || saved.snapshot === "") throw end.failure;
    const unread = relative(end, source);
    if (attempt === attempts || samePaths(expected, unread)) return { ...saved, unread };
    expected = unread;
    context.log(
      `${source.name}: ${unread.length} files or folders could not be read; saving again (${attempt + 1} of ${attempts}).`,
    );
  }
}

async function saveOnce(
  restic: Restic,
  source: SmbSource,
  context: BackupContext,
  { share, progress }: ShareSaving,
  { attempt, options }: { readonly attempt: number; readonly options: readonly string[] },
): Promise<BackupEnd> {
  const doing = `${source.name}: reading //${source.host}/${source.share}`;
  return unlessStill(doing, source.standstillMs, (still) =>
    backup(restic, labelsFor(source, context, attempt), {
      args: [...options, share.path],
      within: share.within,
      bytesPerSecond: context.bytesPerSecond,
      signal: AbortSignal.any([restic.signal, still.signal]),
      progress: (bytes, files) => {
        still.moved(bytes + files);
        progress(bytes);
      },
    }),
  );
}

/** What is declared, whichever way capitals are written; the others by their very names. */
async function excludeArguments(
  source: SmbSource,
  { runtimeDir }: BackupContext,
  { listing: { loops }, leaveOut = [] }: ShareSaving,
): Promise<readonly string[]> {
  const root = sharePath(source);
  const lists = [
    ["--iexclude-file", resticExcludes(root, source.exclude ?? [])],
    ["--exclude-file", [...loops.keys(), ...leaveOut].map((path) => includePattern(`${root}/${path}`))],
  ] as const;
  const args: string[] = [];
  for (const [option, lines] of lists) {
    if (lines.length === 0) continue;
    const file = join(runtimeDir, `${source.name}${option.replace(/^--/, ".")}`);
    await writeFile(file, `${lines.join("\n")}\n`, { mode: 0o600 });
    args.push(option, file);
  }
  return args;
}

/** Each path once, with the reason that stands at the end of restic's sentence. */
function relative(end: BackupEnd, source: SmbSource): readonly Unread[] {
  const root = `${sharePath(source)}/`;
  const reasons = new Map(
    end.unread.map(({ item, message }) => [item.replace(root, ""), message.split(": ").at(-1) ?? message]),
  );
  return [...reasons].map(([path, reason]) => ({ path, reason }));
}

function samePaths(one: readonly Unread[], other: readonly Unread[]): boolean {
  const paths = new Set(one.map(({ path }) => path));
  return other.length === paths.size && other.every(({ path }) => paths.has(path));
}
