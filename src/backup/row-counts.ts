/** What a database itself says it holds: tables, rows, and what else a dump must contain. */
import type { BackupContext } from "../model/driver.ts";
import type { MariadbSource } from "../model/hospital.ts";
import { ask, quoteName, quoteText, writeOptionFile } from "./mariadb-client.ts";

export interface TableCount {
  readonly rows: number;
  readonly engine: string;
}

export interface Inventory {
  readonly tables: ReadonlyMap<string, TableCount>;
  /** As in `DumpContents.objects`. */
  readonly objects: ReadonlySet<string>;
  /** False where the server's event scheduler is DISABLED: it then shows no events to anybody. */
  readonly events: boolean;
  /** Data and indexes as the server estimates them. */
  readonly bytes: number;
}

/** Counts every table inside one consistent snapshot. @throws BACKUP, CREDENTIALS */
export async function takeInventory(source: MariadbSource, context: BackupContext): Promise<Inventory> {
  const options = await writeOptionFile(source, context);
  const listed = [...(await ask(source, options, inventoryStatements(source.database), context.signal))];
  const events = !listed.some(([kind, state = ""]) => kind === "scheduler" && unhex(state) === "DISABLED");
  if (events) listed.push(...(await ask(source, options, eventStatement(source.database), context.signal)));
  const objects = new Set<string>();
  const engines: (readonly [name: string, engine: string])[] = [];
  let bytes = 0;
  for (const [kind = "", name = "", engine = "", size = "0"] of listed) {
    if (kind === "table") {
      engines.push([unhex(name), engine]);
      bytes += Number(size);
    } else if (kind !== "scheduler") objects.add(`${kind} ${unhex(name)}`);
  }
  const counts = engines.map(([name], index) => `SELECT ${index}, COUNT(*) FROM ${quoteName(name)};`);
  const snapshot = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY;";
  const counted = await ask(source, options, [snapshot, ...counts, "COMMIT;"].join("\n"), context.signal);
  const tables = new Map<string, TableCount>();
  for (const [index, rows] of counted) {
    const [name, engine] = engines[Number(index)] ?? ["", ""];
    tables.set(name, { rows: Number(rows), engine });
  }
  return { tables, objects, events, bytes };
}

/** Names in hexadecimal: they may hold tabs and line ends. */
export function inventoryStatements(database: string): string {
  const schema = quoteText(database);
  return `
    SELECT 'table', HEX(table_name), engine, COALESCE(data_length + index_length, 0)
      FROM information_schema.tables WHERE table_schema = ${schema} AND table_type = 'BASE TABLE';
    SELECT 'view', HEX(table_name) FROM information_schema.views WHERE table_schema = ${schema};
    SELECT 'trigger', HEX(trigger_name) FROM information_schema.triggers WHERE trigger_schema = ${schema};
    SELECT LOWER(routine_type), HEX(routine_name) FROM information_schema.routines
      WHERE routine_schema = ${schema} AND routine_type IN ('PROCEDURE', 'FUNCTION');
    SELECT 'scheduler', HEX(@@global.event_scheduler);`;
}

/** A server whose scheduler is DISABLED refuses to list events (error 1577), and to dump them. */
export function eventStatement(database: string): string {
  return `SELECT 'event', HEX(event_name) FROM information_schema.events WHERE event_schema = ${quoteText(database)};`;
}

export function unhex(text: string): string {
  return Buffer.from(text, "hex").toString("utf8");
}
