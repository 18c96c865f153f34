/** Which snapshots the repository holds, with their tags and times. */
import { run } from "../tools/command.ts";
import { failureOf, type Restic } from "./restic-call.ts";
import type { TaggedSnapshot } from "./snapshot-identity.ts";

/** Those that have all of `tags`, the oldest first. @throws as `resticFailure` says. */
export async function snapshotsTagged(
  restic: Restic,
  tags: readonly string[],
): Promise<readonly (TaggedSnapshot & { readonly time: string })[]> {
  const filter = tags.length === 0 ? [] : ["--tag", tags.join(",")];
  const listed = await run({
    file: "restic",
    args: [...restic.base, "snapshots", "--no-lock", ...filter],
    signal: restic.signal,
  });
  const failure = failureOf(restic, "Listing the snapshots", { ...listed, message: listed.stderr });
  if (failure !== null) throw failure;
  const found = JSON.parse(listed.stdout) as readonly {
    readonly id: string;
    readonly time: string;
    readonly tags?: readonly string[];
  }[];
  return found
    .map(({ id, time, tags: its = [] }) => ({ id, time, tags: its }))
    .sort((one, other) => Date.parse(one.time) - Date.parse(other.time));
}
