/** Is the snapshot that was reported the one this window made of this source? Pure. */
import type { BackupContext } from "../../model/driver.ts";
import type { Source } from "../../model/hospital.ts";
import { attemptTag, type SnapshotLabels, tagsOf } from "./restic-backup.ts";
import type { SnapshotHeader } from "./restic-messages.ts";

/** What a snapshot that is about to be made is labelled with. `again` counts within one attempt of the window. */
export function labelsFor(
  source: Pick<Source, "name" | "host">,
  { windowId, attempt }: Pick<BackupContext, "windowId" | "attempt">,
  again = 1,
): SnapshotLabels {
  const which = attempt === undefined ? {} : { attempt: again === 1 ? attempt : `${attempt}.${again}` };
  return { windowId, source: source.name, host: source.host, ...which };
}

export interface TaggedSnapshot {
  readonly id: string;
  readonly tags: readonly string[];
}

/** What other attempts of this window left in the repository of this source; they never count. */
export function otherAttempts(
  all: readonly TaggedSnapshot[],
  labels: Pick<SnapshotLabels, "windowId" | "source">,
  counted: string,
): readonly string[] {
  const wanted = tagsOf(labels);
  return all
    .filter(({ id, tags }) => !id.startsWith(counted) && wanted.every((tag) => tags.includes(tag)))
    .map(({ id, tags }) => {
      const which = tags.find((tag) => tag.startsWith(attemptTag)) ?? "of an unnamed attempt";
      return `${id.slice(0, 8)} (${which})`;
    });
}

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
