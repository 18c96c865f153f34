/**
 * A share mounted read-only in a mount namespace of its own. Nobody else on the host sees it, its path is the
 * same in every window (restic finds the parent snapshot by path), and when its processes end, by whatever
 * cause, the kernel unmounts it.
 */
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { BackupContext } from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import type { SmbSource } from "../../model/hospital.ts";
import type { Snapshot } from "../restic/restic.ts";
import { start } from "../tools/command.ts";
import type { ListedFile, Listing } from "./share-listing.ts";
import { explainShare, openTransport } from "./share-transport.ts";

export interface MountedShare {
  /** Path inside the namespace, and so in the snapshot. */
  readonly path: string;
  /** The namespace's root as this process can read it. */
  readonly root: string;
  /** The share as this process can read it. */
  readonly visible: string;
  /** Prefix of a command that runs inside the namespace. */
  readonly within: readonly string[];
  /** Unmounts. Safe to call twice. */
  close(): Promise<void>;
}

/** The share must answer within this time, in milliseconds. */
const READY_WITHIN = 20_000;

const HOLD =
  'mount -t tmpfs -o size=64k,mode=0700 tmpfs /mnt && mkdir "/mnt/$1" /mnt/.stored && echo ready && exec sleep infinity';

/** Where a source's share is mounted, and so the path of its files in every snapshot. */
export function sharePath(source: Pick<SmbSource, "name">): string {
  return `/mnt/${source.name}`;
}

/** The files of a share's snapshot by path relative to the share, as the server lists them. */
export function relativeFiles(snapshot: Snapshot, source: Pick<SmbSource, "name">): Listing {
  const root = `${sharePath(source)}/`;
  const files = new Map<string, ListedFile>();
  for (const [path, entry] of snapshot.files) {
    if (path.startsWith(root)) files.set(path.slice(root.length), entry);
  }
  return files;
}

/** Mounts it for as long as `use` runs. @throws BACKUP when it can't be mounted, CREDENTIALS when refused. */
export async function withMountedShare<T>(
  source: SmbSource,
  context: BackupContext,
  use: (share: MountedShare) => Promise<T>,
): Promise<T> {
  const share = await mountShare(source, context);
  try {
    return await use(share);
  } finally {
    await share.close();
  }
}

async function mountShare(source: SmbSource, context: BackupContext): Promise<MountedShare> {
  const transport = await openTransport(source, context);
  const path = sharePath(source);
  const args = ["--mount", "--propagation", "private", "--", "sh", "-c", HOLD, "hold", source.name];
  const holder = start({ file: "unshare", args });
  const ready = await Promise.race([
    once(holder.stdout, "data").then(() => true),
    holder.ended.then(() => false),
  ]);
  const pid = holder.pid;
  if (!ready || pid === undefined) {
    throw new JedaError("BACKUP", `${source.name}: no mount namespace could be made for the share.`, {
      hint: "The runner needs root on the backup host.",
    });
  }
  const within = ["nsenter", `--target=${pid}`, "--mount", "--root", "--"];
  const server = transport.mount(path, within);
  const close = async (): Promise<void> => {
    server.stop("SIGTERM");
    if (!(await Promise.race([server.ended.then(() => true), sleep(3_000, false)]))) server.stop("SIGKILL");
    holder.kill("SIGKILL"); // the last process of the namespace: the kernel drops its mounts
    await Promise.all([server.ended, holder.ended]);
  };
  const root = `/proc/${pid}/root`;
  const share = { path, root, visible: `${root}${path}`, within, close };
  // The kernel's mount command ends with 0 once it has mounted; rclone stays for as long as the mount does.
  const failed = server.ended.then(({ exitCode, stderr }) =>
    exitCode === 0 ? null : explainShare(source, stderr),
  );
  try {
    await untilMounted(share, path, failed, context.signal);
  } catch (cause) {
    await close();
    throw cause;
  }
  return share;
}

/** @param failed why whoever mounts has ended, null when that is as it should be. @throws it, or BACKUP. */
export async function untilMounted(
  { root }: Pick<MountedShare, "root">,
  path: string,
  failed: Promise<JedaError | null>,
  signal: AbortSignal,
): Promise<void> {
  const found: { failure: JedaError | null } = { failure: null };
  void failed.then((failure) => {
    found.failure = failure;
  });
  const mountinfo = join(dirname(root), "mountinfo");
  const until = Date.now() + READY_WITHIN;
  while (Date.now() < until) {
    signal.throwIfAborted();
    const table = await readFile(mountinfo, "utf8");
    if (table.split("\n").some((line) => line.split(" ")[4] === path)) return;
    if (found.failure !== null) throw found.failure;
    await sleep(25);
  }
  throw new JedaError("BACKUP", `${path} was not mounted within ${READY_WITHIN / 1000} s.`);
}
