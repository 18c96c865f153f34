/** Is the snapshot that was reported the one this window made of this source? Pure. */
import type { SnapshotLabels } from "./restic-backup.ts";
import { tagsOf } from "./restic-backup.ts";
import type { SnapshotHeader } from "./restic-messages.ts";

/** A sentence for each thing that does not fit; empty when the snapshot is this window's own. */
export function foreignSnapshot(
  header: SnapshotHeader,
  labels: SnapshotLabels,
  path: string,
): readonly string[] {
  const name = `Snapshot ${header.id.slice(0, 8)} of ${header.time}`;
  const missing = tagsOf(labels).filter((tag) => !header.tags.includes(tag));
  return [
    ...(missing.length > 0
      ? [`${name} was not made by this window of this source: it lacks ${missing.join(", ")}.`]
      : []),
    ...(header.host === labels.host ? [] : [`${name} is of host ${header.host}, not ${labels.host}.`]),
    ...(header.paths.includes(path) ? [] : [`${name} holds ${header.paths.join(", ")}, not ${path}.`]),
  ];
}
