/** Which files of a share are compared in this window, so that within a declared number of windows all are. Pure. */
import { createHash } from "node:crypto";

/** Where a source declares no other number of windows. */
export const defaultProveWithinWindows = 30;

/** A share up to this size is compared whole each time: some minutes at the speed of an office network. */
const wholeUpTo = { files: 1_000, bytes: 1024 ** 3 };

/** When a turn's files were last compared and found the same. */
export interface ProvedTurn {
  readonly turn: number;
  readonly of: number;
  /** ISO 8601. */
  readonly at: string;
}

/** By its path alone, so that a file keeps its turn. */
export function turnOf(path: string, of: number): number {
  return createHash("sha256").update(path).digest().readUInt32BE(0) % of;
}

export function comparedWhole(files: number, bytes: number): boolean {
  return files <= wholeUpTo.files && bytes <= wholeUpTo.bytes;
}

/** The one that waits longest; one that never had its turn before all others. Of another number none is known. */
export function nextTurn(proved: readonly ProvedTurn[], of: number): number {
  const last = lastProved(proved, of);
  const turns = Array.from({ length: of }, (_, turn) => turn);
  return turns.reduce((best, turn) => ((last.get(turn) ?? 0) < (last.get(best) ?? 0) ? turn : best), 0);
}

/**
 * Since when the file that waits longest has not been compared, `now` being this window's turn; null when none waits.
 * @param firstSaved when the source was saved first: what never had its turn was read then
 */
export function waitingSince(
  paths: Iterable<string>,
  proved: readonly ProvedTurn[],
  { of, now, firstSaved }: { readonly of: number; readonly now: number; readonly firstSaved: string },
): string | null {
  const last = lastProved(proved, of);
  const waiting = new Set([...paths].map((path) => turnOf(path, of)).filter((turn) => turn !== now));
  const moments = [...waiting].map((turn) => last.get(turn) ?? Date.parse(firstSaved));
  return moments.length === 0 ? null : new Date(Math.min(...moments)).toISOString();
}

/** "ten other bad files would have been missed with a chance of 70 %": `fraction` of all was compared. */
export function chanceOfMissing(fraction: number, bad = 10): string {
  const percent = 100 * (1 - fraction) ** bad;
  return `${bad} bad files anywhere in it would all have been missed with a chance of ${percent < 1 ? "under 1" : Math.round(percent)} %`;
}

function lastProved(proved: readonly ProvedTurn[], of: number): ReadonlyMap<number, number> {
  const last = new Map<number, number>();
  for (const one of proved) {
    if (one.of === of) last.set(one.turn, Math.max(last.get(one.turn) ?? 0, Date.parse(one.at)));
  }
  return last;
}
