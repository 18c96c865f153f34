/** Is what a snapshot of a share lacks exactly what was said to be unread? One sentence for each such thing. Pure. */

import type { ShareListing, Unread } from "./share-listing.ts";
import { hasMadeName } from "./short-names.ts";

export interface Gaps {
  /** What the server holds and the snapshot does not, and why. */
  readonly incomplete: readonly string[];
  /** Missing or of another size, and nobody said that it could not be read. */
  readonly unexplained: readonly string[];
}

/** So many are named, the rest is counted. */
const mostNamed = 50;

/**
 * @param wrong files that the server lists and the snapshot lacks, or has with another size
 * @param unread what restic named; what has gone from the server meanwhile is no gap
 */
export function explainGaps(
  wrong: readonly string[],
  unread: readonly Unread[],
  before: ShareListing,
  after: ShareListing,
): Gaps {
  const named = new Map<string, string>();
  for (const { path, reason } of before.unlisted) if (after.folders.has(path)) named.set(path, reason);
  for (const { path, reason } of after.unlisted) named.set(path, reason);
  for (const { path, reason } of unread) {
    const covered = coveredBy(path, named);
    if (covered !== null || !isThere(path, after)) continue;
    named.set(path, reason);
  }
  const within = new Map<string, number>();
  const unexplained: string[] = [];
  for (const path of wrong) {
    const by = coveredBy(path, named);
    if (by === null) unexplained.push(path);
    else within.set(by, (within.get(by) ?? 0) + 1);
  }
  const sentences = [...named].map(([path, reason]) => {
    const count = within.get(path) ?? 0;
    if (after.files.has(path)) return `${path}: ${reason}`;
    return count === 0 ? `${path}, a folder: ${reason}` : `${path}, a folder with ${count} files: ${reason}`;
  });
  const loops = [...after.loops].map(
    ([from, to]) => `${from}: it leads back to ${to === "" ? "the share itself" : to}, and is not followed`,
  );
  return { incomplete: bounded([...sentences, ...loops, ...otherNames(after)]), unexplained };
}

/** Under the name it is shown by a file is not restored as it was. */
function otherNames({ files, renamed }: ShareListing): readonly string[] {
  const made = [...files.keys()].filter(hasMadeName);
  return [
    ...made.map(
      (path) => `${path}: saved under this name, which servers show for one that Windows can't have`,
    ),
    ...renamed.map(
      (path) => `${path}: saved under this name, the real one lacks a ‛; rename it on the server`,
    ),
  ];
}

function bounded(sentences: readonly string[]): readonly string[] {
  const named = sentences.slice(0, mostNamed);
  const more = sentences.length - named.length;
  return more === 0 ? named : [...named, `and ${more} more`];
}

function isThere(path: string, { files, folders }: ShareListing): boolean {
  return files.has(path) || folders.has(path);
}

/** The path itself or the folder above it that is named. */
function coveredBy(path: string, named: ReadonlyMap<string, unknown>): string | null {
  for (let at = path; at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) {
    if (named.has(at)) return at;
  }
  return null;
}
