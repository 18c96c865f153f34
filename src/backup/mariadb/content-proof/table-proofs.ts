/** The proof of each table: from which of the two snapshots, and why there is none of some. */

import { partsOf, sumOf } from "./moments.ts";
import type { Sum, TableProof } from "./proof.ts";
import type { TableColumns } from "./rows/columns.ts";
import type { SourceSession } from "./source-session.ts";

export type Tables = ReadonlyMap<string, TableColumns>;

export async function sumsOf(session: SourceSession, tables: Tables): Promise<ReadonlyMap<string, Sum>> {
  const sums = new Map<string, Sum>();
  for (const [name, table] of tables) {
    const sum = await sumOf(session, name, table);
    if (sum !== null) sums.set(name, sum);
  }
  return sums;
}

export function transactional({ engine }: TableColumns): boolean {
  return engine === "InnoDB";
}

export interface Reading {
  readonly earlier: SourceSession;
  readonly later: SourceSession;
  readonly name: string;
  readonly table: TableColumns;
  readonly suspect: boolean;
  /** Of the whole server, between the two. */
  readonly changes: number;
  readonly last: Sum | null;
}

export async function ofTable({
  earlier,
  later,
  name,
  table,
  suspect,
  changes,
  last,
}: Reading): Promise<TableProof> {
  if (last === null) return without(name, "it could not be read when the dump had begun");
  if (!suspect) return { table: name, sums: [last] };
  const first = await sumOf(earlier, name, table);
  if (first === null) return without(name, "its definition was changed as the dump began");
  const moving = !same(first, last);
  // Nothing was written anywhere: what is the same then was the same all the time.
  if (!moving && changes === 0) return { table: name, sums: [last] };
  const parts = await partsOf(later, name, table);
  if (!moving) return { table: name, sums: [last], parts: [parts], writes: changes };
  const sums = [first, last];
  return { table: name, sums, parts: [await partsOf(earlier, name, table), parts], writes: changes };
}

/** Without transactions there is no snapshot: what is the same before and after the dump was the same in it. */
export function ofOther(name: string, first: Sum | undefined, last: Sum | undefined): TableProof {
  if (first === undefined || last === undefined) return without(name, "it could not be read");
  if (same(first, last)) return { table: name, sums: [last] };
  return without(name, "its engine has no transactions, and it was changed while it was dumped");
}

export function without(table: string, notComparable: string): TableProof {
  return { table, sums: [], notComparable };
}

function same(a: Sum, b: Sum): boolean {
  return a.rows === b.rows && a.sum === b.sum;
}
