/** Is what is stored of a file what its server gives now? Reads both in step, and stops at the first difference. */
import { type FileHandle, open } from "node:fs/promises";

/** `unread`: the server did not give it; `damaged`: the repository did not. */
export type Comparison = "same" | "other" | "unread" | "damaged";

export interface Compared {
  readonly stored: string;
  readonly now: string;
  /** Told after each piece. */
  readonly moved: () => void;
}

const pieceBytes = 256 * 1024;

export async function compareFiles({ stored, now, moved }: Compared): Promise<Comparison> {
  const handles: FileHandle[] = [];
  const reader = async (path: string) => {
    const file = await open(path, "r");
    handles.push(file);
    const buffer = Buffer.allocUnsafe(pieceBytes);
    return async () => buffer.subarray(0, await fill(file, buffer));
  };
  try {
    const readNow = await orNull(reader(now));
    if (readNow === null) return "unread";
    const readStored = await orNull(reader(stored));
    if (readStored === null) return "damaged";
    for (;;) {
      const [left, right] = await Promise.all([orNull(readStored()), orNull(readNow())]);
      if (right === null) return "unread";
      if (left === null) return "damaged";
      moved();
      if (!left.equals(right)) return "other";
      if (left.length === 0) return "same";
    }
  } finally {
    for (const file of handles) await file.close().catch(() => {});
  }
}

async function orNull<T>(work: Promise<T>): Promise<T | null> {
  return work.catch(() => null);
}

/** A FUSE mount may return less than was asked for before the end of the file. */
async function fill(file: FileHandle, buffer: Buffer): Promise<number> {
  let length = 0;
  while (length < buffer.length) {
    const { bytesRead } = await file.read(buffer, length, buffer.length - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}
