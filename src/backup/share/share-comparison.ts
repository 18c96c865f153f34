/** Is everything in the snapshot that the file server lists? Pure. */
import type { Listing } from "./share-listing.ts";

export interface Completeness {
  /** In both surveys unchanged, yet not in the snapshot, or with another size: the snapshot is incomplete. */
  readonly missing: readonly string[];
  readonly wrongSize: readonly string[];
  /** Changed, added or removed between the surveys: what the snapshot holds of them is not judged. */
  readonly changed: readonly string[];
}

/** `snapshot`: sizes by path relative to the share. Lists are sorted. */
export function compareWithSurveys(
  before: Listing,
  after: Listing,
  snapshot: ReadonlyMap<string, { readonly size: number }>,
): Completeness {
  const missing: string[] = [];
  const wrongSize: string[] = [];
  const changed: string[] = [];
  for (const [path, first] of before) {
    if (!unchanged(path, before, after)) {
      changed.push(path);
      continue;
    }
    const saved = snapshot.get(path);
    if (saved === undefined) missing.push(path);
    else if (saved.size !== first.size) wrongSize.push(path);
  }
  for (const path of after.keys()) if (!before.has(path)) changed.push(path);
  return { missing: missing.sort(), wrongSize: wrongSize.sort(), changed: changed.sort() };
}

/** In both lists, with the same size and time. */
export function unchanged(path: string, before: Listing, after: Listing): boolean {
  const then = before.get(path);
  const now = after.get(path);
  return then !== undefined && now !== undefined && then.size === now.size && then.mtimeMs === now.mtimeMs;
}

/** A few names and the number of the others, for a sentence in the report. */
export function nameSome(paths: readonly string[], limit = 5): string {
  const shown = paths.slice(0, limit).join(", ");
  return paths.length > limit ? `${shown} and ${paths.length - limit} more` : shown;
}
