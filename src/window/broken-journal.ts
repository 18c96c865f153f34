/** A journal with a broken chain: kept for the inquiry; what comes before the break is enough to end the window. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { basename, dirname } from "node:path";
import { fold } from "./fold.ts";
import { parseJournal, trustedPart } from "./journal-read.ts";

/** So long after its deadline an edge is still asked to confirm; later there is nothing left to end. */
const patienceMs = 60_000;

export interface SetAside {
  /** Number of the first line that can't be trusted, from 1. */
  readonly line: number;
  /** File name of the broken journal, beside the new one. */
  readonly kept: string;
}

/**
 * Null when the journal is whole, or when there is nothing to end: the window's deadline (`wallMs` is now) has
 * long passed, or not even the first line can be trusted. The file is then left as it is.
 */
export function setBrokenAside(path: string, wallMs: number): SetAside | null {
  const trusted = trustedPart(readFileSync(path, "utf8"));
  if (trusted === null || trusted.text === "") return null;
  const { result, deadlines } = fold(parseJournal(trusted.text, path).entries);
  if (result !== null || wallMs > deadlines.reconnectBy + patienceMs) return null;
  const kept = `${path}.broken-${wallMs}`;
  const fresh = `${path}.new`;
  const fd = openSync(fresh, "w", 0o600);
  writeSync(fd, trusted.text);
  fsyncSync(fd);
  closeSync(fd);
  renameSync(path, kept);
  renameSync(fresh, path);
  const directory = openSync(dirname(path), "r");
  fsyncSync(directory);
  closeSync(directory);
  return { line: trusted.line, kept: basename(kept) };
}
