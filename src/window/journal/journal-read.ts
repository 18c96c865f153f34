/** Reading a journal: a torn last line is normal after a crash; a broken chain is reported and never trusted. */
import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { JedaError } from "../../model/errors.ts";
import type { JournalEntry } from "../../model/journal.ts";
import { decodeLine, genesis } from "./journal-line.ts";

export interface JournalContent {
  readonly entries: readonly JournalEntry[];
  /** Bytes of the whole, trusted lines: where the next one belongs. */
  readonly bytes: number;
  /** True when an unfinished last line was left out. */
  readonly torn: boolean;
}

/** @throws JedaError REFUSED when a line in the text does not follow from the one before. */
export function parseJournal(text: string, name: string): JournalContent {
  const lines = text.split("\n");
  const rest = lines.pop() ?? "";
  const entries: JournalEntry[] = [];
  let prev = genesis;
  for (const [index, line] of lines.entries()) {
    const entry = decodeLine(line);
    if (entry === null || entry.seq !== index || entry.prev !== prev) throw broken(name, index + 1, entry);
    entries.push(entry);
    prev = entry.hash;
  }
  return { entries, bytes: Buffer.byteLength(text) - Buffer.byteLength(rest), torn: rest !== "" };
}

/** The whole lines up to the first that can't be trusted, and that line's number; null when all is well. */
export function trustedPart(text: string): { readonly text: string; readonly line: number } | null {
  const lines = text.split("\n").slice(0, -1);
  let prev = genesis;
  for (const [index, line] of lines.entries()) {
    const entry = decodeLine(line);
    if (entry === null || entry.seq !== index || entry.prev !== prev) {
      return {
        text: lines
          .slice(0, index)
          .map((one) => `${one}\n`)
          .join(""),
        line: index + 1,
      };
    }
    prev = entry.hash;
  }
  return null;
}

export function readJournal(path: string): JournalContent {
  return parseJournal(readFileSync(path, "utf8"), path);
}

function broken(name: string, line: number, entry: JournalEntry | null): JedaError {
  const what = entry === null ? "is damaged" : "does not follow from the line before";
  return new JedaError("REFUSED", `${name}:${line}: the journal's line ${line} ${what}`, {
    hint: line === 1 ? hopeless(dirname(name)) : endable,
  });
}

const endable =
  "nothing is believed from that line on: jeda window status (also arm, follow, pulumi up) starts a runner that releases every edge, ends this window as failed and keeps the damaged file beside the new journal";

/** Which edges it had is not known: what is left is to reconnect from elsewhere, and to make room for its id. */
function hopeless(directory: string): string {
  const aside = join(dirname(dirname(directory)), "disarmed");
  return `what this window was can't be told: the edges' kernels reconnect by their own deadline, jeda window release --stack STACK --reason TEXT does it at once; then put it away for the inquiry, on the backup host: mkdir -p ${aside} && mv ${directory} ${aside}/${basename(directory)}-broken`;
}
