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

export function watchLoops(): LoopWatch {
  const contents = new Map<string, string>();
  const loops = new Map<string, string>();
  let folder = "";
  let entries: string[] = [];
  const close = (): void => {
    contents.set(folder, entries.sort().join("\n"));
    const loop = loopAt(folder, contents);
    if (loop !== null) loops.set(loop.from, loop.to);
  };
  return {
    see({ path, folder: isFolder, size, mtimeMs }) {
      const parent = parentOf(path);
      if (parent !== folder) {
        close();
        folder = parent;
        entries = [];
      }
      const name = path.slice(path.lastIndexOf("/") + 1);
      entries.push(`${name}/${isFolder ? "folder" : size}/${mtimeMs}`);
    },
    loops,
  };
}

/** Does `path` end in the same names, again and again, with the same content each time? */
function loopAt(path: string, contents: ReadonlyMap<string, string>): { from: string; to: string } | null {
  const parts = path === "" ? [] : path.split("/");
  const content = contents.get(path);
  for (let length = 1; length * rounds <= parts.length; length++) {
    const turns = Array.from({ length: rounds + 1 }, (_, round) => parts.length - length * round);
    const names = (end: number): string => parts.slice(end - length, end).join("/");
    const same = turns.every((end, round) => {
      const above = contents.get(parts.slice(0, end).join("/"));
      return above === content && (round === rounds || names(end) === names(parts.length));
    });
    const top = turns.at(-1) ?? 0;
    if (same) return { from: parts.slice(0, top + length).join("/"), to: parts.slice(0, top).join("/") };
  }
  return null;
}

function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}
