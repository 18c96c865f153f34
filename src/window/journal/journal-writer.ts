/** The journal's writer: append-only, each line flushed to disk before the next step is taken. */
import { closeSync, fdatasyncSync, ftruncateSync, mkdirSync, openSync, writeSync } from "node:fs";
import { dirname } from "node:path";
import type { JournalBody, JournalEntry } from "../../model/journal.ts";
import { encodeLine, genesis } from "./journal-line.ts";
import { readJournal } from "./journal-read.ts";

export interface Journal {
  readonly entries: readonly JournalEntry[];
  /** Throws what the file system throws when the line could not be brought to disk. */
  append(body: JournalBody, at: string): JournalEntry;
  close(): void;
}

export function openJournal(path: string): Journal {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const fd = openSync(path, "a+", 0o600);
  const content = readJournal(path);
  if (content.torn) ftruncateSync(fd, content.bytes);
  const entries = [...content.entries];
  let bytes = content.bytes;
  return {
    entries,
    append(body, at) {
      const { line, entry } = encodeLine(body, {
        seq: entries.length,
        at,
        prev: entries.at(-1)?.hash ?? genesis,
      });
      try {
        writeWhole(fd, line);
        fdatasyncSync(fd);
      } catch (error) {
        // Half a line (a full disk) must not stand before the next one.
        ftruncateSync(fd, bytes);
        throw error;
      }
      bytes += Buffer.byteLength(line);
      entries.push(entry);
      return entry;
    },
    close: () => closeSync(fd),
  };
}

function writeWhole(fd: number, line: string): void {
  const buffer = Buffer.from(line);
  for (let done = 0; done < buffer.length; ) done += writeSync(fd, buffer, done);
}

/** A journal that is nowhere but in memory: for a runner whose disk no longer takes a line, and for tests. */
export function memoryJournal(before: readonly JournalEntry[] = []): Journal {
  const entries = [...before];
  return {
    entries,
    append(body, at) {
      const position = { seq: entries.length, at, prev: entries.at(-1)?.hash ?? genesis };
      const { entry } = encodeLine(body, position);
      entries.push(entry);
      return entry;
    },
    close: () => undefined,
  };
}
