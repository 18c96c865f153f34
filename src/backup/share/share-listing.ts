/** What a file server itself lists, asked by rclone's SMB client and not over the mount. */
import type { BackupContext } from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import type { SmbSource } from "../../model/hospital.ts";
import { excludedBy } from "../../model/share-excludes.ts";
import { run } from "../tools/command.ts";
import { unlessStill } from "../tools/standstill.ts";
import { type ListedEntry, watchLoops } from "./share-loops.ts";
import { explainShare, openTransport, RCLONE_TIMES } from "./share-transport.ts";

export interface ListedFile {
  readonly size: number;
  /** Epoch milliseconds. */
  readonly mtimeMs: number;
}

/** Files by path relative to the share, with `/` between the parts. */
export type Listing = ReadonlyMap<string, ListedFile>;

/** Something of a share that is not saved, and why. */
export interface Unread {
  /** A file, or a folder with all that is in it. */
  readonly path: string;
  readonly reason: string;
}

/** Without what the source excludes. */
export interface ShareListing {
  readonly files: Listing;
  readonly folders: ReadonlySet<string>;
  /** Folders that could not be listed, while the rest could. */
  readonly unlisted: readonly Unread[];
  /** Files and folders that rclone shows by another name than they have: with `‛` before a sign. */
  readonly renamed: readonly string[];
  /** Links that lead back to a folder above them, and where to; nothing behind them is listed. */
  readonly loops: ReadonlyMap<string, string>;
}

/** Of one share; each is found by a listing that then begins anew. */
const mostLoops = 30;

/** @throws BACKUP when the share can't be listed at all, CREDENTIALS when the account is refused, DEADLINE. */
export async function listShare(source: SmbSource, context: BackupContext): Promise<ShareListing> {
  const loops = new Map<string, string>();
  const excluded = excludedBy(source.exclude ?? []);
  for (;;) {
    const listing = await listWithout(loops, source, context);
    if (listing.loops.size === 0) {
      return { ...listing, loops: new Map([...loops].filter(([path]) => !excluded(path))) };
    }
    for (const [from, to] of listing.loops) loops.set(from, to);
    for (const path of loops.keys()) if (isBehind(path, loops)) loops.delete(path);
    if (loops.size > mostLoops) {
      throw new JedaError(
        "BACKUP",
        `${source.name}: more than ${mostLoops} links lead back to folders above them.`,
        {
          hint: `Remove them on the server, or exclude them; the last is ${[...loops.keys()].at(-1)}.`,
        },
      );
    }
  }
}

/** Ends early when it finds a loop. */
async function listWithout(
  known: ReadonlyMap<string, string>,
  source: SmbSource,
  context: BackupContext,
): Promise<ShareListing> {
  const { rclone, mounted } = await openTransport(source, context);
  const excluded = excludedBy(source.exclude ?? []);
  const files = new Map<string, ListedFile>();
  const folders = new Set<string>();
  const unlisted: Unread[] = [];
  const renamed: string[] = [];
  const said: string[] = [];
  const watch = watchLoops(known.keys());
  const found = new AbortController();
  const doing = `${source.name}: listing //${source.host}/${source.share}`;
  const outcome = await unlessStill(doing, source.standstillMs, (still) =>
    run({
      file: "rclone",
      args: ["lsjson", rclone.remote, "--config", rclone.config, ...RCLONE_TIMES, "--use-json-log"].concat(
        ["--recursive", "--no-mimetype", "--checkers=16"],
        [...known.keys()].map((path) => `--filter=- /${rcloneLiteral(path)}/**`),
      ),
      signal: AbortSignal.any([context.signal, still.signal, found.signal]),
      env: { XDG_CACHE_HOME: context.runtimeDir },
      onStdoutLine: (line) => {
        still.moved();
        const entry = parseListedLine(line);
        if (entry === null || found.signal.aborted) return;
        watch.see(entry);
        if (watch.loops.size > 0) found.abort();
        const { folder, size, mtimeMs } = entry;
        const path = mounted(entry.path);
        if (excluded(path) || known.has(path)) return;
        if (path === entry.path && path.includes("‛")) renamed.push(path);
        if (folder) folders.add(path);
        else files.set(path, { size, mtimeMs });
      },
      onStderrLine: (line) => {
        const { path: listed, reason } = parseLoggedLine(line);
        const path = mounted(listed);
        if (path === "") said.push(reason);
        else if (!excluded(path)) unlisted.push({ path, reason: reason.split(": ").at(-1) ?? reason });
      },
    }),
  );
  context.signal.throwIfAborted();
  // Its last word about folders that it could not list is no reason of its own.
  const partly = outcome.exitCode === 1 && said.every((text) => text.startsWith("Failed to lsjson"));
  if (outcome.exitCode !== 0 && !found.signal.aborted && !partly) throw explainShare(source, said.join("\n"));
  return { files, folders, unlisted, renamed, loops: watch.loops };
}

/** `rclone lsjson` prints an array with one object a line; null for its brackets. */
export function parseListedLine(line: string): ListedEntry | null {
  const text = line.trim().replace(/^,|,$/g, "");
  if (!text.startsWith("{")) return null;
  const { Path, Size, ModTime, IsDir } = JSON.parse(text) as {
    Path: string;
    Size: number;
    ModTime: string;
    IsDir: boolean;
  };
  return { path: Path, folder: IsDir, size: Size, mtimeMs: Date.parse(ModTime) };
}

/** A line of `--use-json-log`: which folder could not be listed; the path is empty where it is the share itself. */
export function parseLoggedLine(line: string): Unread {
  if (!line.startsWith("{")) return { path: "", reason: line };
  const { msg, object } = JSON.parse(line) as { msg: string; object?: string };
  return { path: object ?? "", reason: msg };
}

export function totalBytes(listing: Listing): number {
  let bytes = 0;
  for (const file of listing.values()) bytes += file.size;
  return bytes;
}

/** Reached through another link only. */
function isBehind(path: string, loops: ReadonlyMap<string, string>): boolean {
  return [...loops.keys()].some((other) => path.startsWith(`${other}/`));
}

/** A name that rclone's filter takes for itself. */
function rcloneLiteral(path: string): string {
  return path.replace(/[\\*?[\]{}]/g, "\\$&");
}
