/**
 * One line of the journal: a JSON object whose last member is the SHA-256 of the same text without that
 * member, and whose `prev` is the hash of the line before. Hashing the text as written, and not a value parsed
 * from it, keeps old journals readable by newer versions.
 */
import { createHash } from "node:crypto";
import type { JournalBody, JournalEntry } from "../../model/journal.ts";

export const genesis = "0".repeat(64);

const suffix = /,"hash":"([0-9a-f]{64})"\}$/u;

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

export function encodeLine(
  body: JournalBody,
  position: { readonly seq: number; readonly at: string; readonly prev: string },
): { readonly line: string; readonly entry: JournalEntry } {
  const unhashed = { seq: position.seq, at: position.at, ...body, prev: position.prev };
  const text = JSON.stringify(unhashed);
  const hash = digest(text);
  return { line: `${text.slice(0, -1)},"hash":"${hash}"}\n`, entry: { ...unhashed, hash } };
}

/** Null when the line is not whole or its hash does not fit its text. */
export function decodeLine(line: string): JournalEntry | null {
  const hash = suffix.exec(line)?.[1];
  if (hash === undefined || digest(`${line.replace(suffix, "")}}`) !== hash) return null;
  try {
    return JSON.parse(line) as JournalEntry;
  } catch {
    return null;
  }
}
