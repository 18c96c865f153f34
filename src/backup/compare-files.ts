/** Are two files equal, byte for byte? Reads both in step, and stops at the first difference. */
import { type FileHandle, open } from "node:fs/promises";

const PIECE = 256 * 1024;

/** False also when either can't be read: what can't be read is not proved equal. */
export async function sameBytes(one: string, other: string): Promise<boolean> {
  let first: FileHandle | null = null;
  let second: FileHandle | null = null;
  try {
    first = await open(one, "r");
    second = await open(other, "r");
    const a = Buffer.allocUnsafe(PIECE);
    const b = Buffer.allocUnsafe(PIECE);
    for (;;) {
      const [left, right] = await Promise.all([fill(first, a), fill(second, b)]);
      if (left !== right || !a.subarray(0, left).equals(b.subarray(0, right))) return false;
      if (left === 0) return true;
    }
  } catch {
    return false;
  } finally {
    await first?.close();
    await second?.close();
  }
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
