/** The repository: opened, listed, checked and read back. Saving is in `restic-backup.ts`. */
import type { BackupContext } from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import { run, start } from "../tools/command.ts";
import { call, converse, failureOf, type Restic, resticFor, snapshotArgument } from "./restic-call.ts";
import { parseResticLine, type SnapshotEntry, type SnapshotHeader } from "./restic-messages.ts";

export interface Snapshot {
  readonly header: SnapshotHeader;
  /** Files by absolute path in the snapshot. */
  readonly files: ReadonlyMap<string, SnapshotEntry>;
}

/** Opens it with its password. @throws BACKUP (no repository), CREDENTIALS, PREREQUISITE (restic too old). */
export async function openRepository(context: BackupContext): Promise<Restic> {
  const restic = await resticFor(context);
  await requireNewRestic(context);
  await call(restic, "Opening the repository", ["cat", "config", "--no-lock"]);
  return restic;
}

/** @throws PREREQUISITE */
export async function requireNewRestic({ signal }: Pick<BackupContext, "signal">): Promise<void> {
  const version = await run({ file: "restic", args: ["version"], signal });
  const [, major, minor] = /restic (\d+)\.(\d+)/.exec(version.stdout) ?? [];
  if (major !== "0" || Number(minor) >= 17) return;
  throw new JedaError("PREREQUISITE", `restic ${major}.${minor} is too old; jeda needs 0.17 or newer.`, {
    hint: "Install the runner on this host again (pulumi up); it brings its own restic.",
  });
}

/** Kept in memory; a snapshot of more files is listed each time it is asked for. */
const mostFilesKept = 50_000;
const mostKept = 8;
const listedBefore = new Map<string, Snapshot>();

/**
 * The snapshot's header and all its files. What an id names never changes, so it is listed once: opening the
 * repository alone takes restic half a second, by the design of its key. That it is still there and sound is asked
 * by others. @throws BACKUP when there is no such snapshot.
 */
export async function listSnapshot(restic: Restic, id: string): Promise<Snapshot> {
  const key = `${restic.path} ${snapshotArgument(id)}`;
  const before = listedBefore.get(key);
  if (before !== undefined) return before;
  const snapshot = await listAnew(restic, id);
  if (snapshot.files.size <= mostFilesKept) listedBefore.set(key, snapshot);
  for (const oldest of [...listedBefore.keys()].slice(0, -mostKept)) listedBefore.delete(oldest);
  return snapshot;
}

async function listAnew(restic: Restic, id: string): Promise<Snapshot> {
  const headers: SnapshotHeader[] = [];
  const files = new Map<string, SnapshotEntry>();
  const args = ["ls", "--no-lock", snapshotArgument(id)];
  await call(restic, `Listing snapshot ${id.slice(0, 8)}`, args, (message) => {
    if (message.type === "snapshot") headers.push(message.header);
    if (message.type === "file") files.set(message.entry.path, message.entry);
  });
  const header = headers.at(-1);
  if (header === undefined) throw new JedaError("BACKUP", `Snapshot ${id} could not be listed.`);
  return { header, files };
}

/**
 * Checks the repository's structure and reads a random part of its data.
 * @param readPercent 0 to 100; 0 reads no data. @throws VERIFY when anything is damaged.
 */
export async function check(restic: Restic, readPercent: number): Promise<void> {
  const subset = readPercent > 0 ? [`--read-data-subset=${readPercent}%`] : [];
  const problems: string[] = [];
  // Without a lock: a check takes an exclusive one, and only `prune` (never run here) would disturb it.
  const end = await converse(restic, ["check", "--no-lock", ...subset], (message) => {
    if (message.type === "error") problems.push(message.message);
  });
  const failure = failureOf(restic, "Checking the repository", end);
  if (failure === null) return;
  if (failure.code !== "BACKUP" || restic.signal.aborted) throw failure;
  throw new JedaError("VERIFY", `The repository ${restic.path} is damaged: ${problems[0] ?? end.message}`, {
    hint: `Run restic check --read-data --repo ${restic.path} and follow restic's guide to repairs; don't prune.`,
  });
}

/** Streams one file of a snapshot. The stream alone proves nothing: await `ended`, null when all was read. */
export function dump(restic: Restic, id: string, path: string, signal = restic.signal) {
  const args = [...restic.base, "dump", "--no-lock", snapshotArgument(id), path];
  const child = start({ file: "restic", args, signal });
  child.stdin.end();
  const ended = child.ended.then((exit): JedaError | null => {
    const end = { ...exit, message: lastMessage(child.stderr()) };
    return failureOf(restic, `Reading ${path} from the repository`, end);
  });
  return { stream: child.stdout, ended };
}

/** Only locks of this host's dead processes, and those not renewed for 30 minutes: what `restic unlock` means. */
export async function removeStaleLocks(restic: Restic): Promise<void> {
  await call(restic, "Removing stale locks", ["unlock"]);
}

function lastMessage(stderr: string): string {
  const exit = stderr
    .split("\n")
    .map(parseResticLine)
    .findLast((message) => message.type === "exit");
  return exit?.type === "exit" ? exit.message : stderr;
}
