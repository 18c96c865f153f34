/** A journal with a broken chain: kept for the inquiry; what comes before the break is enough to end the window. */
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { basename, dirname } from "node:path";
import { parseJournal, trustedPart } from "./journal-read.ts";
import type { WindowStatus } from "./status.ts";
import { fold } from "./status-from-journal.ts";

export interface SetAside {
  /** Number of the first line that can't be trusted, from 1. */
  readonly line: number;
  /** File name of the broken journal, beside the new one. */
  readonly kept: string;
}

interface TrustedStatus {
  /** The lines before the break. */
  readonly text: string;
  /** Number of the first line that can't be trusted, from 1. */
  readonly line: number;
  readonly status: WindowStatus;
}

/**
 * What the lines before the break say; null when the journal is whole, or when not even the first line can be
 * trusted: then nobody can tell which window it was.
 * @throws JedaError REFUSED when another version of jeda wrote it.
 */
export function trustedStatus(path: string): TrustedStatus | null {
  const trusted = trustedPart(readFileSync(path, "utf8"));
  if (trusted === null || trusted.text === "") return null;
  return { ...trusted, status: fold(parseJournal(trusted.text, path).entries) };
}

/** Null where nothing was done: as `trustedStatus`. `wallMs` goes into the name of the file that is kept. */
export function setBrokenAside(path: string, wallMs: number): SetAside | null {
  const trusted = trustedStatus(path);
  if (trusted === null) return null;
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
