/** The columns that a row's sum is made of: every one, whatever hides it from `SELECT *`. Pure. */
import { quoteText } from "../../client.ts";
import { unhex } from "../../row-counts.ts";

export type ColumnForm =
  /** Bytes of a bounded length, in the column's own character set. */
  | "bytes"
  /** Bytes without a bound. */
  | "long"
  | "choice"
  | "bits"
  | "real"
  /** Its text says everything, and holds no comma. */
  | "text";

export interface Column {
  readonly name: string;
  readonly dataType: string;
  readonly form: ColumnForm;
  readonly nullable: boolean;
}

export interface TableColumns {
  readonly columns: readonly Column[];
  /** Versions of rows that are no longer valid are rows too. */
  readonly versioned: boolean;
  readonly engine: string;
}

const FORMS: Readonly<Record<string, ColumnForm>> = {
  char: "bytes",
  varchar: "bytes",
  binary: "bytes",
  varbinary: "bytes",
  tinytext: "long",
  text: "long",
  mediumtext: "long",
  longtext: "long",
  json: "long",
  tinyblob: "long",
  blob: "long",
  mediumblob: "long",
  longblob: "long",
  geometry: "long",
  point: "long",
  linestring: "long",
  polygon: "long",
  multipoint: "long",
  multilinestring: "long",
  multipolygon: "long",
  geometrycollection: "long",
  enum: "choice",
  set: "choice",
  bit: "bits",
  float: "real",
  double: "real",
};

export function formOf(dataType: string): ColumnForm {
  return FORMS[dataType.toLowerCase()] ?? "text";
}

/** Names in hexadecimal: they may hold tabs and line ends. */
export function columnStatement(database: string): string {
  return `
    SELECT HEX(t.table_name), t.table_type, IFNULL(t.engine, ''), HEX(c.column_name), c.data_type,
        IFNULL(c.generation_expression, '') = 'ROW START', c.is_nullable
      FROM information_schema.tables t JOIN information_schema.columns c USING (table_schema, table_name)
      WHERE t.table_schema = ${quoteText(database)} AND t.table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')
      ORDER BY t.table_name, c.ordinal_position;`;
}

/** From the answer to `columnStatement`. */
export function tablesOf(rows: readonly (readonly string[])[]): ReadonlyMap<string, TableColumns> {
  const tables = new Map<
    string,
    { columns: Column[]; versioned: boolean; engine: string; marked: boolean }
  >();
  for (const [hex = "", type, engine = "", column = "", dataType = "", start, nullable] of rows) {
    const name = unhex(hex);
    const table = tables.get(name) ?? {
      columns: [],
      versioned: type === "SYSTEM VERSIONED",
      engine,
      marked: false,
    };
    table.columns.push({
      name: unhex(column),
      dataType,
      form: formOf(dataType),
      nullable: nullable !== "NO",
    });
    table.marked ||= start === "1";
    tables.set(name, table);
  }
  for (const { columns, versioned, marked } of tables.values()) {
    // Columns for the time of a row's validity that nobody declared are listed nowhere.
    if (versioned && !marked)
      for (const name of ["row_start", "row_end"])
        columns.push({ name, dataType: "timestamp", form: "text", nullable: true });
  }
  return tables;
}
