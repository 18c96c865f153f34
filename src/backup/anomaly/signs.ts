/** What an encrypting worm leaves in a listing. Pure; each sign is one sentence. */
import { nameSome } from "../share/share-comparison.ts";
import type { Listing } from "../share/share-listing.ts";

/** Below this many files, or bytes, a share of them says nothing. */
const fewestFiles = 20;

/** Notes that tell where to pay, by the names that known families give them. */
const ransomNote =
  /(?:^|\/)[^/]*(?:@please_read_me@|(?:how|help)[ _-]?(?:to[ _-])?(?:decrypt|recover|restore|unlock)|decrypt[ _-]?(?:instructions?|my[ _-]files|info)|(?:restore|recover)[ _-]?(?:my|your)[ _-]?files|ransom[ _-]?note|_readme\.txt$|readme[ _-](?:for|to)[ _-](?:decrypt|restore)|your[ _-]files[ _-]are[ _-](?:encrypted|locked))[^/]*$/iu;

/** What such families append to a file's name. */
const encryptedName =
  /\.(?:wncryt?|wncry|wcry|locky|zepto|cerber\d?|crypt(?:ed|o|1|z)?|encrypted|enc(?:iphered)?|locked|lockbit|ryuk|ryk|conti|djvu|stop|phobos|dharma|crysis|makop|hive|akira|blackcat|clop|maze|sodinokibi|revil)$/iu;

/** New names alone: what the last window had already is nobody's work of tonight. */
export function suspiciousNames(now: Listing, before: Listing | null): readonly string[] {
  const fresh = [...now.keys()].filter((path) => before?.has(path) !== true).sort();
  const notes = fresh.filter((path) => ransomNote.test(path));
  const locked = fresh.filter((path) => encryptedName.test(path));
  return [
    ...(notes.length > 0 ? [`new files are named like ransom notes: ${nameSome(notes)}`] : []),
    ...(locked.length > 0 ? [`new files are named as encrypted: ${nameSome(locked)}`] : []),
  ];
}

/** Same path, other size or time; a file that is gone has changed too. */
export function changedSince(before: Listing, now: Listing): readonly string[] {
  return [...before].flatMap(([path, then]) => {
    const today = now.get(path);
    return today?.size === then.size && today.mtimeMs === then.mtimeMs ? [] : [path];
  });
}

/** @param mostPercent of the last window's files, or of their bytes, that may have changed */
export function unusualChange(before: Listing, now: Listing, mostPercent: number): readonly string[] {
  if (before.size < fewestFiles) return [];
  const changed = changedSince(before, now);
  const bytes = (paths: Iterable<string>): number =>
    [...paths].reduce((sum, path) => sum + (before.get(path)?.size ?? 0), 0);
  const ofFiles = (changed.length / before.size) * 100;
  const ofBytes = (bytes(changed) / Math.max(1, bytes(before.keys()))) * 100;
  if (Math.max(ofFiles, ofBytes) <= mostPercent) return [];
  return [
    `${changed.length} of ${before.size} files (${Math.round(ofFiles)}%, ${Math.round(ofBytes)}% of the bytes) have changed or gone since the last good window, more than ${mostPercent}%`,
  ];
}

/** Rows, or files: less than what the last window had, by more than so many percent. */
export function unusualLoss(before: number, now: number, mostPercent: number): readonly string[] {
  const lostPercent = before < fewestFiles ? 0 : ((before - now) / before) * 100;
  if (lostPercent <= mostPercent) return [];
  return [
    `${now} items where the last good window had ${before}: ${Math.round(lostPercent)}% less, more than ${mostPercent}%`,
  ];
}

/** Bits a byte, 0 to 8: encrypted content has nearly 8, text 4 to 6. */
export function entropy(content: Uint8Array): number {
  const counts = new Float64Array(256);
  for (const byte of content) counts[byte] = (counts[byte] ?? 0) + 1;
  let bits = 0;
  for (const count of counts) {
    if (count > 0) bits -= (count / content.length) * Math.log2(count / content.length);
  }
  return bits;
}

/** Kinds of file that are never compressed: what looks random in them is not what was there. */
export const plainName = /\.(?:txt|csv|tsv|xml|html?|json|md|sql|log|ini|rtf|tex|svg|eml|vcf|ics)$/iu;

/** Fewer bytes can't be told from random ones. */
const leastBytes = 4_096;
const randomBits = 7.8;

export function looksEncrypted(content: Uint8Array): boolean {
  return content.length >= leastBytes && entropy(content) >= randomBits;
}
