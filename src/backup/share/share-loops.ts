/**
 * Links on a file server that lead back to a folder above them: a listing would go round until the server refuses,
 * and with two links in one folder never end. SMB shows them as folders, so they are told by what they hold. Pure.
 */

export interface ListedEntry {
  readonly path: string;
  readonly folder: boolean;
  readonly size: number;
  readonly mtimeMs: number;
}

export interface LoopWatch {
  /** Entries come folder by folder, as rclone lists them. */
  see(entry: ListedEntry): void;
  /** Folders that lead back, and where to; found so far. */
  readonly loops: ReadonlyMap<string, string>;
}

/** So many times in a row the same names must lead to the same list: no tree that people made does. */
const rounds = 5;

/** @param known links that this listing leaves out: the folders that they lead back to show them elsewhere */
export function watchLoops(known: Iterable<string> = []): LoopWatch {
  const ignored = new Set([...known].map(nameOf));
  const contents = new Map<string, string>();
  const loops = new Map<string, string>();
  let folder = "";
  let entries: string[] = [];
  const close = (): void => {
    const content = entries.sort().join("\n");
    contents.set(folder, content);
    if (!goesRound(folder, contents)) return;
    // One link is known by its rounds; every other folder of this content below one of the same is such a link too.
    for (const [path, its] of contents) {
      const [to, from] = its === content ? foldersOn(path).filter((at) => contents.get(at) === content) : [];
      if (from !== undefined && to !== undefined) loops.set(from, to);
    }
  };
  return {
    see({ path, folder: isFolder, size, mtimeMs }) {
      const parent = parentOf(path);
      if (parent !== folder) {
        close();
        folder = parent;
        entries = [];
      }
      const name = nameOf(path);
      if (isFolder && ignored.has(name)) return;
      entries.push(`${name}/${isFolder ? "folder" : size}/${mtimeMs}`);
    },
    loops,
  };
}

/** Does `path` end in the same names, again and again, with the same content each time? */
function goesRound(path: string, contents: ReadonlyMap<string, string>): boolean {
  const folders = foldersOn(path);
  const parts = path.split("/");
  const last = folders.length - 1;
  const content = contents.get(path);
  for (let length = 1; length * rounds <= last; length++) {
    const names = (end: number): string => parts.slice(end - length, end).join("/");
    const turns = Array.from({ length: rounds }, (_, round) => last - length * round);
    const same = turns.every((end) => names(end) === names(last));
    if (
      same &&
      [...turns, last - length * rounds].every((end) => contents.get(folders[end] ?? "") === content)
    ) {
      return true;
    }
  }
  return false;
}

/** The share itself, each folder on the way, and the last. */
function foldersOn(path: string): readonly string[] {
  const parts = path === "" ? [] : path.split("/");
  return ["", ...parts.map((_, index) => parts.slice(0, index + 1).join("/"))];
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}
