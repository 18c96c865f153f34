/**
 * A row of the source as bytes, and the sum of a table's rows, computed by the server itself. Each value is framed,
 * so that no two different rows give the same bytes: a text of numbers ends with a comma, bytes follow their length,
 * NULL is an N. `loaded-rows.ts` builds the same bytes from a loaded copy, and shares nothing with this. Pure.
 */
import { quoteName } from "../../client.ts";
import { ALL_VERSIONS } from "../../row-counts.ts";
import type { Column, TableColumns } from "./columns.ts";

/** Longer values take part by their own hash: a row must fit into one packet. */
export const LONG = 4_096;

/** Types that become text by themselves; others (INET4, INET6, UUID) want every value beside them to be one of theirs. */
const SPEAKING = new Set(
  ["tinyint", "smallint", "mediumint", "int", "bigint", "decimal", "year", "date", "time", "datetime"].concat(
    "timestamp",
  ),
);

/** What a session says first: sums must not depend on what the server, the account or the client set. */
export const SESSION = [
  "SET NAMES utf8mb4;",
  "SET SESSION sql_mode = '', time_zone = '+00:00', sql_quote_show_create = 1, sql_select_limit = DEFAULT,",
  "  wait_timeout = 604800, net_write_timeout = 3600, max_statement_time = 0;",
  "/*M!100300 SET SESSION idle_transaction_timeout = 0, idle_readonly_transaction_timeout = 0; */",
  "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ;",
  "SET SESSION TRANSACTION READ ONLY;",
].join("\n");

function rowBytes(columns: readonly Column[]): string {
  return `CONCAT(${columns.flatMap(valueBytes).join(", ")})`;
}

function valueBytes({ name, dataType, form, nullable }: Column): readonly string[] {
  const column = quoteName(name);
  const known = (text: string, instead: string): string => (nullable ? `IFNULL(${text}, ${instead})` : text);
  const plain = (text: string): readonly string[] => [known(text, "'N'"), "','"];
  const bytes = (value: string): readonly string[] => [
    known(`LENGTH(${column})`, "'N'"),
    "':'",
    known(value, "''"),
  ];
  switch (form) {
    case "text":
      return plain(SPEAKING.has(dataType) ? column : `CAST(${column} AS CHAR)`);
    case "real": // as it is stored: a FLOAT's own text has six digits
      return plain(`CAST(${column} AS DOUBLE)`);
    case "bits":
      return plain(`CAST(${column} AS UNSIGNED)`);
    case "choice": // the label too: what a number means is somewhere else
      return [...plain(`CAST(${column} AS UNSIGNED)`), ...bytes(`CAST(${column} AS BINARY)`)];
    case "bytes":
      return bytes(`CAST(${column} AS BINARY)`);
    case "long":
      return bytes(`IF(LENGTH(${column}) > ${LONG}, MD5(${column}), CAST(${column} AS BINARY))`);
  }
}

function from(name: string, { versioned }: TableColumns): string {
  return `${quoteName(name)}${versioned ? ALL_VERSIONS : ""}`;
}

/** One row: how many, and their sum. */
export function sumStatement(name: string, table: TableColumns): string {
  const hash = `MD5(${rowBytes(table.columns)})`;
  return `SELECT COUNT(*), IFNULL(SUM(CAST(CONV(LEFT(${hash}, 16), 16, 10) AS UNSIGNED)), 0) FROM ${from(name, table)};`;
}

/** A row for each part that has rows. */
export function partsStatement(name: string, table: TableColumns): string {
  return `SELECT LEFT(h, 2), COUNT(*), SUM(CAST(CONV(LEFT(h, 16), 16, 10) AS UNSIGNED))
    FROM (SELECT MD5(${rowBytes(table.columns)}) AS h FROM ${from(name, table)}) AS hashes GROUP BY 1;`;
}

/** The longest row that `rowBytes` may make; one that exceeds the server's packet would be NULL, and add nothing. */
export function longestRow(columns: readonly Column[]): number {
  const long = columns.filter(({ form }) => form === "long").length;
  // Without long values a row has 65,535 bytes; as text a number has up to ten times its bytes.
  return 655_350 + long * LONG;
}
