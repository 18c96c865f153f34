/**
 * Two consistent snapshots with the dump's own between them. The account may not lock, so they can't be made the same:
 * one is opened just before the dump begins, the other when it has begun to read. Tables are read in the later one while
 * the dump runs; in the earlier one only those that may have changed in between. A savepoint gives up each table as
 * soon as it is read, as the dump itself does: an ALTER TABLE of somebody's would otherwise wait, and all others for it.
 */
import { quoteText } from "../client.ts";
import { unhex } from "../row-counts.ts";
import type { Parts, Sum } from "./proof.ts";
import type { TableColumns } from "./rows/columns.ts";
import { partsStatement, sumStatement } from "./rows/row-expression.ts";
import type { SourceSession } from "./source-session.ts";

export interface Opened {
  /** Row changes that the server has counted since it was started; null where it does not say. */
  readonly writes: number | null;
  /** Seconds since 1970 by the server's clock, just before. */
  readonly second: number;
}

const SNAPSHOT = "START TRANSACTION WITH CONSISTENT SNAPSHOT, READ ONLY;\nSAVEPOINT table_read;";
const WRITES = `SELECT 'writes', SUM(variable_value) FROM information_schema.global_status
  WHERE variable_name IN ('HANDLER_WRITE', 'HANDLER_UPDATE', 'HANDLER_DELETE');`;

/** What was counted belongs to before the earlier, and to after the later: never less than was changed between. */
export async function openSnapshot(session: SourceSession, which: "earlier" | "later"): Promise<Opened> {
  const asked = [
    "SELECT 'second', UNIX_TIMESTAMP();",
    ...(which === "earlier" ? [WRITES, SNAPSHOT] : [SNAPSHOT, WRITES]),
  ];
  const answers = new Map(
    (await session.ask(asked.join("\n"))).map(([name, value]) => [name, Number(value)]),
  );
  const writes = answers.get("writes");
  return { writes: Number.isFinite(writes) ? (writes as number) : null, second: answers.get("second") ?? 0 };
}

/** Connections of the account itself. One is listed before it can say anything. */
export async function ownConnections(session: SourceSession): Promise<ReadonlySet<string>> {
  const rows = await session.ask(
    "SELECT id FROM information_schema.processlist WHERE user = SUBSTRING_INDEX(USER(), '@', 1);",
  );
  return new Set(rows.map(([id = ""]) => id));
}

export async function sumOf(session: SourceSession, name: string, table: TableColumns): Promise<Sum | null> {
  const [row] = await session.ask(released(sumStatement(name, table)));
  return row === undefined ? null : { rows: Number(row[0]), sum: row[1] ?? "" };
}

export async function partsOf(session: SourceSession, name: string, table: TableColumns): Promise<Parts> {
  const rows = await session.ask(released(partsStatement(name, table)));
  return Object.fromEntries(rows.map(([part, count, sum = ""]) => [part, { rows: Number(count), sum }]));
}

function released(statement: string): string {
  return `${statement}\nROLLBACK TO SAVEPOINT table_read;`;
}

/**
 * Tables that nobody changed at or after that second, by the server's own word. InnoDB notes the time when a change
 * becomes visible, in memory: NULL is a table that was not changed since the server started, or one that nobody used
 * for so long that it was forgotten. Asked right after the later snapshot the one can't be the other: what was changed an
 * instant before is in use, and forgetting takes the better part of a minute without.
 */
export async function changedSince(
  session: SourceSession,
  database: string,
  second: number,
): Promise<ReadonlySet<string>> {
  const rows = await session.ask(`SELECT HEX(table_name) FROM information_schema.tables
    WHERE table_schema = ${quoteText(database)}
      AND (UNIX_TIMESTAMP(update_time) >= ${second} OR UNIX_TIMESTAMP(create_time) >= ${second});`);
  return new Set(rows.map(([name = ""]) => unhex(name)));
}
