/** Reduces a loaded copy to what a proof is held against. */
import { availableParallelism } from "node:os";
import type { ScratchMariadb } from "../scratch-server.ts";
import type { Loaded, LoadedTable } from "./compare.ts";
import { describe } from "./definitions/describe.ts";
import { columnStatement, type TableColumns, tablesOf } from "./rows/columns.ts";
import { rowsStatement, sumLoadedRows } from "./rows/loaded-rows.ts";

const SESSION = "SET SESSION sql_mode = '', time_zone = '+00:00', sql_quote_show_create = 1;";

/** @throws VERIFY with what the scratch server said. */
export async function loadedContents(
  scratch: ScratchMariadb,
  database: string,
  signal: AbortSignal,
): Promise<Loaded> {
  const ask = (statements: string) => scratch.ask(`${SESSION}\n${statements}`, database);
  const described = await describe(ask, database, true);
  const [[server = ""] = []] = await ask("SELECT VERSION();");
  const queue = [...tablesOf(await ask(columnStatement(database)))];
  const tables = new Map<string, LoadedTable | null>();
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      signal.throwIfAborted();
      tables.set(next[0], await readTable(scratch, database, ...next));
    }
  };
  await Promise.all(Array.from({ length: Math.min(2, availableParallelism()) }, worker));
  return { ...described, server, tables };
}

async function readTable(
  scratch: ScratchMariadb,
  database: string,
  name: string,
  table: TableColumns,
): Promise<LoadedTable | null> {
  const reading = scratch.read(rowsStatement(name, table), database);
  try {
    const summed = await sumLoadedRows(reading.stdout, table.columns);
    const floats = table.columns.some(({ dataType }) => dataType === "float");
    return (await reading.ended) === null ? { ...summed, floats } : null;
  } catch {
    await reading.ended;
    return null;
  }
}
