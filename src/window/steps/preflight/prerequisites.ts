/** What the backup needs on its own host: programs, the repository and its password, room on the disk. */
import { JedaError } from "../../../model/errors.ts";
import { leavesOut } from "../../../model/runbook-order.ts";
import { backupContext, type Night } from "../../context/window-context.ts";

/** A repository with history takes only what changed; with less room than this share nothing is begun. */
const leastShare = 0.1;
const leastBytes = 64 * 1024 * 1024;

export async function checkPrerequisites(night: Night): Promise<void> {
  const { plan, runtime } = night;
  const context = backupContext(night, night.recorder.stop.signal);
  const sources = plan.sources.filter(({ name }) => !leavesOut(plan.runbook.without, name));
  await Promise.all(sources.map((source) => runtime.driver(source).preflight(source, context)));
  const [snapshots] = await Promise.all([
    runtime.repository.snapshots(context),
    runtime.repository.ready(context),
  ]);
  for (const { id } of snapshots) night.earlierSnapshots.add(id);
  // Twelve digits tell snapshots apart; a long history must not make a long line.
  const earlier = [...night.earlierSnapshots].map((id) => id.slice(0, 12));
  night.recorder.record({ type: "repository", earlier });
  const free = await runtime.repository.freeBytes(plan.backupHost.repository);
  const expected = sources.reduce((sum, source) => sum + (source.expectedBytes ?? 0), 0);
  const needed = Math.max(leastBytes, Math.round(expected * leastShare));
  if (free < needed) {
    throw new JedaError(
      "PREREQUISITE",
      `${plan.backupHost.repository.path} has ${free} bytes left, ${needed} are needed`,
      {
        hint: "prune old snapshots or enlarge the disk",
      },
    );
  }
  if (night.earlierSnapshots.size === 0 && free < expected) {
    night.recorder.note(
      `the sources are declared to hold ${expected} bytes, the repository's disk has ${free} left`,
    );
  }
}
