/** The rows of one loaded table against its proof. Pure. */
import type { LoadedTable } from "../compare.ts";
import { PARTS, type Parts, type Sum, type TableProof } from "../proof.ts";

export interface TableComparison {
  readonly differences: readonly string[];
  readonly unproved: readonly string[];
  readonly fraction: number;
}

const PROVED: TableComparison = { differences: [], unproved: [], fraction: 1 };

export function compareTable(proof: TableProof, copy: LoadedTable | null): TableComparison {
  const name = `table ${proof.table}`;
  if (copy === null) return different(`${name}: its rows could not be read after loading`);
  if (proof.notComparable !== undefined) {
    const unproved = [`${name} was not compared: ${proof.notComparable}`];
    return { differences: [], unproved, fraction: 0 };
  }
  if (proof.sums.some((sum) => same(sum, copy.sum))) return PROVED;
  const [first, last = first] = proof.parts ?? [];
  if (first === undefined || last === undefined)
    return different(`${name}: ${rowsText(proof.sums[0], copy)}`);
  return compareParts(proof, name, first, last, copy);
}

/**
 * The dump's snapshot lies between two that differ. A part in which these two agree was not changed in between, or
 * was changed to and fro: then a row was in the dump alone. No more parts can be such than the server counted row
 * changes beyond those that the two snapshots show, and each of them touches two parts at the most.
 */
function compareParts(
  proof: TableProof,
  name: string,
  first: Parts,
  last: Parts,
  copy: LoadedTable,
): TableComparison {
  let [moving, strange] = [0, 0];
  for (const part of new Set([...Object.keys(first), ...Object.keys(last), ...Object.keys(copy.parts)])) {
    if (!same(first[part], last[part])) {
      if (!same(first[part], copy.parts[part]) && !same(last[part], copy.parts[part])) moving++;
      continue;
    }
    if (!same(first[part], copy.parts[part])) strange++;
  }
  const shown = Math.ceil(partsApart(first, last) / 2);
  const toAndFro = 2 * Math.max(0, (proof.writes ?? 0) - shown);
  if (strange > toAndFro) {
    return different(`${name}: ${strange} of ${PARTS} parts have other rows, though nobody changed them`);
  }
  const open = moving + strange;
  if (open === 0) return PROVED;
  const unproved = [`${name} was changed as the dump began: ${open} of ${PARTS} parts could not be compared`];
  return { differences: [], unproved, fraction: 1 - open / PARTS };
}

function partsApart(first: Parts, last: Parts): number {
  const parts = new Set([...Object.keys(first), ...Object.keys(last)]);
  return [...parts].filter((part) => !same(first[part], last[part])).length;
}

function same(a: Sum | undefined, b: Sum | undefined): boolean {
  return (a?.rows ?? 0) === (b?.rows ?? 0) && (a?.sum ?? "0") === (b?.sum ?? "0");
}

function rowsText(expected: Sum | undefined, { sum, floats }: LoadedTable): string {
  if (expected !== undefined && expected.rows !== sum.rows)
    return `${sum.rows} rows come back instead of ${expected.rows}`;
  const why = floats ? "; mariadb-dump writes FLOAT with six digits only" : "";
  return `its rows come back with other values${why}`;
}

function different(difference: string): TableComparison {
  return { differences: [difference], unproved: [], fraction: 0 };
}
