/** What a file server itself lists, asked by rclone's SMB client and not over the mount. */
import type { BackupContext } from "../model/driver.ts";
import type { SmbSource } from "../model/hospital.ts";
import { run } from "./command.ts";
import { explainShare, openTransport, RCLONE_TIMES } from "./share-transport.ts";

export interface ListedFile {
  readonly size: number;
  /** Epoch milliseconds. */
  readonly mtimeMs: number;
}

/** Files by path relative to the share, with `/` between the parts. */
export type Listing = ReadonlyMap<string, ListedFile>;

/** @throws BACKUP when any directory can't be listed, CREDENTIALS when the account is refused. */
export async function listShare(source: SmbSource, context: BackupContext): Promise<Listing> {
  const { rclone } = await openTransport(source, context);
  const files = new Map<string, ListedFile>();
  const args = ["lsjson", rclone.remote, "--config", rclone.config, ...RCLONE_TIMES];
  const outcome = await run({
    file: "rclone",
    args: [...args, "--recursive", "--files-only", "--no-mimetype", "--checkers=16"],
    signal: context.signal,
    env: { XDG_CACHE_HOME: context.runtimeDir },
    onStdoutLine: (line) => {
      const file = parseListedLine(line);
      if (file !== null) files.set(file.path, { size: file.size, mtimeMs: file.mtimeMs });
    },
  });
  context.signal.throwIfAborted();
  if (outcome.exitCode !== 0) throw explainShare(source, outcome.stderr);
  return files;
}

/** `rclone lsjson` prints an array with one object a line; null for its brackets. */
export function parseListedLine(line: string): (ListedFile & { readonly path: string }) | null {
  const text = line.trim().replace(/,$/, "");
  if (!text.startsWith("{")) return null;
  const { Path, Size, ModTime } = JSON.parse(text) as { Path: string; Size: number; ModTime: string };
  return { path: Path, size: Size, mtimeMs: Date.parse(ModTime) };
}

export function totalBytes(listing: Listing): number {
  let bytes = 0;
  for (const file of listing.values()) bytes += file.size;
  return bytes;
}
