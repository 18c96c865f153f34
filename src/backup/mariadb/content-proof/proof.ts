/**
 * What a database's contents are reduced to, so that a loaded copy can be held against them: order-independent sums
 * of the rows, and hashes of every definition. It stands beside the data, at the end of the dump.
 */

/** Rows alike count twice, order does not count: the first 64 bits of each row's MD5 are added up. */
export interface Sum {
  readonly rows: number;
  /** Decimal, for it exceeds what a number holds. */
  readonly sum: string;
}

/** Sums by the first byte of the rows' hashes, "00" to "ff"; parts without rows are left out. */
export type Parts = Readonly<Record<string, Sum>>;

/** All 256 of them. */
export const PARTS = 256;

export interface TableProof {
  readonly table: string;
  /**
   * At the moments between which the dump's own snapshot lies: one where the table did not change in between,
   * otherwise the earlier and the later one. Empty where `notComparable` says why there is none.
   */
  readonly sums: readonly Sum[];
  /** As `sums`, of a table that may have been changed between the two moments, or to and fro. */
  readonly parts?: readonly Parts[];
  /** Row changes that the whole server counted between the two moments. */
  readonly writes?: number;
  readonly notComparable?: string;
}

/** Hash by aspect ("columns", "keys" …): as it was before the dump and, where that is another, after it. */
export type Aspects = Readonly<Record<string, readonly string[]>>;

export interface ObjectProof {
  /** "table NAME", "view NAME", "trigger NAME" … */
  readonly object: string;
  readonly aspects: Aspects;
  /** It was made or dropped while the dump ran, and may be in it or not. */
  readonly passing?: true;
}

/** A sequence goes on by itself: its next value before and after the dump. */
export interface SequenceProof {
  readonly sequence: string;
  readonly values: readonly [string, string];
}

export interface Proof {
  readonly version: 1;
  readonly database: string;
  /** VERSION() of the source: only between equal versions is the text of definitions the same. */
  readonly server: string;
  /** ISO 8601, UTC: before this moment nothing of it was read. */
  readonly at: string;
  /** False where the server shows events to nobody, so that none could be saved. */
  readonly events: boolean;
  readonly tables: readonly TableProof[];
  readonly objects: readonly ObjectProof[];
  readonly sequences: readonly SequenceProof[];
}
