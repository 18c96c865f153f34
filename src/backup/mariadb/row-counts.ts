/** What a database itself says it holds: tables, rows, and what else a dump must contain. */
import type { BackupContext } from "../../model/driver.ts";
import type { MariadbSource } from "../../model/hospital.ts";
import { countHiddenEvents, requireGrants } from "./account-check.ts";
import { ask, quoteName, quoteText, writeOptionFile } from "./client.ts";
import { dumpKnowsHistory } from "./dump-history.ts";

export interface TableCount {
  readonly rows: number;
  readonly engine: string;
}

export interface Inventory {
  readonly tables: ReadonlyMap<string, TableCount>;
  /** As in `DumpContents.objects`. */
  readonly objects: ReadonlySet<string>;
  /**
   * Listed, unless the server's event scheduler is DISABLED: it then shows no events to anybody. "none" where the
   * account may look into the table in which they would be, "unseen" where that is full or closed.
   */
  readonly events: "listed" | "none" | "unseen";
  /** The dump holds rows that are no longer valid. */
  readonly history: boolean;
  /** Of the database itself, and lost where it is not said. */
  readonly charset: string;
  readonly collation: string;
  /** Data and indexes as the server estimates them. */
  readonly bytes: number;
}

/** Of a table with system versioning. */
export const ALL_VERSIONS = " FOR SYSTEM_TIME ALL";

/** Counts every table inside one consistent snapshot. @throws BACKUP, CREDENTIALS */
export async function takeInventory(source: MariadbSource, context: BackupContext): Promise<Inventory> {
  const options = await writeOptionFile(source, context);
  await requireGrants(source, options, context);
  const listed = [...(await ask(source, options, inventoryStatements(source.database), context.signal))];
  const disabled = listed.some(([kind, state = ""]) => kind === "scheduler" && unhex(state) === "DISABLED");
  const hidden = disabled ? await countHiddenEvents(source, options, context.signal) : 0;
  const events = !disabled ? "listed" : hidden === 0 ? "none" : "unseen";
  if (!disabled)
    listed.push(...(await ask(source, options, eventStatement(source.database), context.signal)));
  const objects = new Set<string>();
  const found: { readonly name: string; readonly engine: string; readonly versioned: boolean }[] = [];
  let [charset, collation] = ["", ""];
  let serverKnowsHistory = false;
  let bytes = 0;
  for (const [kind = "", name = "", engine = "", size = "0", type = ""] of listed) {
    if (kind === "table") {
      found.push({ name: unhex(name), engine, versioned: type === "SYSTEM VERSIONED" });
      bytes += Number(size);
    } else if (kind === "charset") [charset, collation] = [unhex(name), engine];
    else if (kind === "system_versioning_insert_history") serverKnowsHistory = true;
    else if (kind !== "scheduler") objects.add(`${kind} ${unhex(name)}`);
  }
  const history =
    serverKnowsHistory &&
    found.some(({ versioned }) => versioned) &&
    (await dumpKnowsHistory(context.signal));
  const counts = found.map(
    ({ name, versioned }, index) =>
      `SELECT ${index}, COUNT(*) FROM ${quoteName(name)}${history && versioned ? ALL_VERSIONS : ""};`,
  );
  // Given up as soon as it is counted: an ALTER TABLE of somebody's would wait for the end, and all others for it.
  const each = counts.map((count) => `${count}\nROLLBACK TO SAVEPOINT counted;`);
  const snapshot = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY;\nSAVEPOINT counted;";
  const counted = await ask(source, options, [snapshot, ...each, "COMMIT;"].join("\n"), context.signal);
  const tables = new Map<string, TableCount>();
  for (const [index, rows] of counted) {
    const table = found[Number(index)];
    if (table === undefined) continue;
    tables.set(table.name, { rows: Number(rows), engine: table.engine });
  }
  return { tables, objects, events, history, charset, collation, bytes };
}

/** Names in hexadecimal: they may hold tabs and line ends. */
export function inventoryStatements(database: string): string {
  const schema = quoteText(database);
  return `
    SELECT 'table', HEX(table_name), engine, COALESCE(data_length + index_length, 0), table_type
      FROM information_schema.tables
      WHERE table_schema = ${schema} AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED');
    SELECT 'charset', HEX(default_character_set_name), default_collation_name
      FROM information_schema.schemata WHERE schema_name = ${schema};
    SHOW VARIABLES WHERE variable_name = 'system_versioning_insert_history';
    SELECT 'view', HEX(table_name) FROM information_schema.views WHERE table_schema = ${schema};
    SELECT 'trigger', HEX(trigger_name) FROM information_schema.triggers WHERE trigger_schema = ${schema};
    SELECT LOWER(routine_type), HEX(routine_name) FROM information_schema.routines
      WHERE routine_schema = ${schema};
    SELECT 'sequence', HEX(table_name) FROM information_schema.tables
      WHERE table_schema = ${schema} AND table_type = 'SEQUENCE';
    SELECT 'scheduler', HEX(@@global.event_scheduler);`;
}

/** A server whose scheduler is DISABLED refuses to list events (error 1577), and to dump them. */
export function eventStatement(database: string): string {
  return `SELECT 'event', HEX(event_name) FROM information_schema.events WHERE event_schema = ${quoteText(database)};`;
}

export function unhex(text: string): string {
  return Buffer.from(text, "hex").toString("utf8");
}
