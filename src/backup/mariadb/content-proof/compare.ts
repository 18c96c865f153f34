/** Is a loaded copy what the proof says? Differences name the object and the kind; nothing is passed over. Pure. */

import { differingObjects } from "./definitions/compare-objects.ts";
import type { Described } from "./definitions/describe.ts";
import type { Parts, Proof, Sum } from "./proof.ts";
import { compareTable } from "./rows/compare-table.ts";

export interface LoadedTable {
  readonly sum: Sum;
  readonly parts: Parts;
  /** It has columns of a type that mariadb-dump writes with six digits, whatever they hold. */
  readonly floats: boolean;
}

export interface Loaded extends Described {
  readonly server: string;
  /** Null for a table that could not be read. */
  readonly tables: ReadonlyMap<string, LoadedTable | null>;
}

export interface Comparison {
  /** Each one means that what comes back is not what was there. */
  readonly differences: readonly string[];
  /** What could not be compared, by name; empty when all was. */
  readonly unproved: readonly string[];
  /** Of the rows, between 0 and 1; 1 only when all were compared. */
  readonly fraction: number;
}

export function compareContents(proof: Proof, loaded: Loaded): Comparison {
  const differences: string[] = [...differingObjects(proof, loaded)];
  const unproved: string[] = [];
  let [rows, compared, whole] = [0, 0, true];
  for (const table of proof.tables) {
    const copy = loaded.tables.get(table.table);
    if (copy === undefined) continue; // its definition is missing, and said to be
    const result = compareTable(table, copy);
    differences.push(...result.differences);
    unproved.push(...result.unproved);
    if (result.fraction < 1) whole = false;
    const count = Math.max(1, copy?.sum.rows ?? 0, ...table.sums.map((sum) => sum.rows));
    rows += count;
    compared += count * result.fraction;
  }
  const known = new Set(proof.tables.map(({ table }) => table));
  for (const name of loaded.tables.keys()) {
    if (known.has(name)) continue;
    whole = false;
    unproved.push(`table ${name} was made while the dump ran: its rows were not compared`);
  }
  if (!proof.events) {
    whole = false;
    unproved.push("events: the server's event_scheduler is DISABLED, so that it shows them to nobody");
  }
  const fraction = rows === 0 ? 1 : compared / rows;
  return { differences, unproved, fraction: whole ? 1 : Math.min(fraction, 0.9999) };
}
