/**
 * The rows of a loaded copy, read one by one and added up here: by other code than the source's, so that a fault in
 * one of the two shows as a difference. What comes is the client's batch format, with every value in its own bytes.
 */
import { hash } from "node:crypto";
import { quoteName } from "../../client.ts";
import type { Parts, Sum } from "../proof.ts";
import { batchRows } from "./batch-rows.ts";
import type { Column, TableColumns } from "./columns.ts";
import { PartSums } from "./part-sums.ts";

/** Values beyond this are hashed by the server: they could not be held here. */
const HELD = 1_048_576;
const HASHED = 4_096;

const COMMA = 44;
const COLON = 58;
const NULL_MARK = 78;

/** Two fields for what has a length, one for the rest. */
export function rowsStatement(name: string, { columns, versioned }: TableColumns): string {
  const fields = columns.flatMap((column) => fieldsOf(column));
  const history = versioned ? " FOR SYSTEM_TIME ALL" : "";
  return `SET SESSION sql_mode = '', time_zone = '+00:00', character_set_results = binary;
    SELECT ${fields.join(", ")} FROM ${quoteName(name)}${history};`;
}

function fieldsOf({ name, form }: Column): readonly string[] {
  const column = quoteName(name);
  const length = `OCTET_LENGTH(${column})`;
  if (form === "text") return [column];
  if (form === "real") return [`CAST(${column} AS DOUBLE)`];
  if (form === "bits") return [`CAST(${column} AS UNSIGNED)`];
  if (form === "choice") return [`CAST(${column} AS UNSIGNED)`, length, column];
  if (form === "bytes") return [length, column];
  return [
    length,
    `IF(${length} > ${HELD}, CONVERT(MD5(${column}) USING binary), CONVERT(${column}, BINARY))`,
  ];
}

/** @param stream of a client that was given `rowsStatement`. @throws Error for a row of another shape */
export async function sumLoadedRows(
  stream: AsyncIterable<Buffer>,
  columns: readonly Column[],
): Promise<{ readonly sum: Sum; readonly parts: Parts }> {
  const sums = new PartSums();
  const width = columns.reduce((all, { form }) => all + widthOf(form), 0);
  let row = Buffer.allocUnsafe(65_536);
  await batchRows(stream, width, (fields) => {
    let most = 0;
    for (const field of fields) most += field.length + 24;
    if (row.length < most) row = Buffer.allocUnsafe(2 * most);
    let at = 0;
    let index = 0;
    const plain = (): void => {
      const field = fields[index++] as Buffer;
      if (isNull(field)) row[at++] = NULL_MARK;
      else at = put(field, row, at);
      row[at++] = COMMA;
    };
    const measured = (long: boolean): void => {
      const length = fields[index++] as Buffer;
      const value = fields[index++] as Buffer;
      const absent = isNull(length);
      if (absent) row[at++] = NULL_MARK;
      else at = put(length, row, at);
      row[at++] = COLON;
      if (absent) return;
      const bytes = numberOf(length);
      if (!long || bytes <= HASHED) {
        if (value.length !== bytes) throw new Error(`${bytes} bytes were read as ${value.length}`);
        at = put(value, row, at);
      } else if (bytes > HELD) at = put(value, row, at);
      else at += row.write(hash("md5", value, "hex"), at, "latin1");
    };
    for (const { form } of columns) {
      if (form === "bytes" || form === "long") measured(form === "long");
      else plain();
      if (form === "choice") measured(false);
    }
    sums.add(hash("md5", row.subarray(0, at), "hex"));
  });
  return sums.end();
}

function widthOf(form: Column["form"]): number {
  if (form === "choice") return 3;
  return form === "bytes" || form === "long" ? 2 : 1;
}

/** Most values are short, and for these a loop is faster than a call. Returns where the next one goes. */
function put(bytes: Buffer, row: Buffer, at: number): number {
  const length = bytes.length;
  if (length > 64) return at + bytes.copy(row, at);
  for (let index = 0; index < length; index++) row[at + index] = bytes[index] as number;
  return at + length;
}

function numberOf(digits: Buffer): number {
  let number = 0;
  for (let index = 0; index < digits.length; index++) number = number * 10 + (digits[index] as number) - 48;
  return number;
}

/** Only of fields that are numbers, or text that can't be this word. */
function isNull(field: Buffer): boolean {
  return field.length === 4 && field[0] === NULL_MARK && field.toString("latin1") === "NULL";
}
