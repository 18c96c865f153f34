/**
 * Asks for definitions column by column, in what every version spells alike. Left out is only what moves by itself
 * (statistics, the present AUTO_INCREMENT, times of creation) or is the server's own choice. Pure.
 */
import { quoteText } from "../mariadb-client.ts";

interface Question {
  /** SQL that yields the kind of object. */
  readonly kind: string;
  readonly name: string;
  readonly aspect: string;
  readonly values: readonly string[];
  readonly from: string;
  readonly where: string;
  readonly order?: string;
}

/** Without those of Aria that the server states in SHOW CREATE, and so in every dump, though nobody gave them. */
const OPTIONS = "TRIM(REGEXP_REPLACE(create_options, ' ?(page_checksum|transactional)=[01]', ''))";

/** Rows of: kind, name in hexadecimal, aspect, values in hexadecimal. */
export function definitionStatements(database: string): string {
  return questions(quoteText(database))
    .map(({ kind, name, aspect, values, from, where, order }) => {
      const hex = values.map((value) => `IFNULL(HEX(${value}), '-')`).join(", ");
      const by = [name, ...(order === undefined ? [] : [order])].join(", ");
      return `SELECT ${kind}, HEX(${name}), '${aspect}', ${hex} FROM information_schema.${from} WHERE ${where} ORDER BY ${by};`;
    })
    .join("\n");
}

function questions(schema: string): readonly Question[] {
  const table = { kind: "'table'", name: "table_name", where: `table_schema = ${schema}` };
  const tables = `table_schema = ${schema} AND table_type IN ('BASE TABLE', 'SYSTEM VERSIONED')`;
  const columns = {
    ...table,
    from: "columns",
    where: `table_schema = ${schema} AND table_name NOT IN (SELECT table_name FROM information_schema.tables
      WHERE table_schema = ${schema} AND table_type IN ('VIEW', 'SYSTEM VIEW', 'SEQUENCE'))`,
    order: "ordinal_position",
  };
  const ofView = { kind: "'view'", name: "table_name", from: "views", where: `table_schema = ${schema}` };
  const ofTrigger = {
    kind: "'trigger'",
    name: "trigger_name",
    from: "triggers",
    where: `trigger_schema = ${schema}`,
  };
  const ofRoutine = {
    kind: "LOWER(routine_type)",
    name: "routine_name",
    from: "routines",
    where: `routine_schema = ${schema}`,
    order: "routine_type",
  };
  return [
    {
      kind: "'database'",
      name: "''",
      aspect: "collation",
      values: ["default_character_set_name", "default_collation_name"],
      from: "schemata",
      where: `schema_name = ${schema}`,
    },
    {
      ...table,
      from: "tables",
      where: tables,
      aspect: "options",
      values: ["table_type", "engine", OPTIONS],
    },
    { ...table, from: "tables", where: tables, aspect: "collation", values: ["table_collation"] },
    { ...table, from: "tables", where: tables, aspect: "comments", values: ["table_comment"] },
    {
      ...columns,
      aspect: "columns",
      values: ["column_name", "column_type", "is_nullable", "extra", "generation_expression"],
    },
    { ...columns, aspect: "defaults", values: ["column_name", "column_default"] },
    {
      ...columns,
      aspect: "column collations",
      values: ["column_name", "character_set_name", "collation_name"],
    },
    { ...columns, aspect: "comments", values: ["column_name", "column_comment"] },
    {
      ...table,
      from: "statistics",
      aspect: "keys",
      values: [
        "index_name",
        "non_unique",
        "column_name",
        "sub_part",
        "collation",
        "index_type",
        "index_comment",
      ],
      order: "index_name, seq_in_index",
    },
    {
      ...table,
      from: "referential_constraints",
      where: `constraint_schema = ${schema}`,
      aspect: "foreign keys",
      values: ["constraint_name", "referenced_table_name", "match_option", "update_rule", "delete_rule"],
      order: "constraint_name",
    },
    {
      ...table,
      from: "key_column_usage",
      where: `table_schema = ${schema} AND referenced_table_name IS NOT NULL`,
      aspect: "foreign keys",
      values: ["constraint_name", "column_name", "referenced_table_schema", "referenced_table_name"].concat(
        "referenced_column_name",
      ),
      order: "constraint_name, ordinal_position",
    },
    {
      ...table,
      from: "check_constraints",
      where: `constraint_schema = ${schema}`,
      aspect: "checks",
      values: ["constraint_name", "check_clause"],
      order: "constraint_name",
    },
    {
      ...table,
      from: "partitions",
      where: `table_schema = ${schema} AND partition_name IS NOT NULL`,
      aspect: "partitions",
      values: ["partition_name", "subpartition_name", "partition_method", "subpartition_method"].concat(
        "partition_expression",
        "subpartition_expression",
        "partition_description",
        "partition_comment",
      ),
      order: "partition_ordinal_position, subpartition_ordinal_position",
    },
    { ...ofView, aspect: "body", values: ["view_definition", "check_option"] },
    { ...ofView, aspect: "definer", values: ["definer", "security_type"] },
    { ...ofView, aspect: "collation", values: ["character_set_client", "collation_connection"] },
    {
      ...ofTrigger,
      aspect: "body",
      values: ["event_object_table", "action_timing", "event_manipulation", "action_statement"],
    },
    { ...ofTrigger, aspect: "order", values: ["action_order"] },
    { ...ofTrigger, aspect: "sql_mode", values: ["sql_mode"] },
    { ...ofTrigger, aspect: "definer", values: ["definer"] },
    {
      ...ofTrigger,
      aspect: "collation",
      values: ["character_set_client", "collation_connection", "database_collation"],
    },
    {
      ...ofRoutine,
      aspect: "body",
      values: [
        "routine_definition",
        "is_deterministic",
        "sql_data_access",
        "routine_comment",
        "dtd_identifier",
      ],
    },
    { ...ofRoutine, aspect: "sql_mode", values: ["sql_mode"] },
    { ...ofRoutine, aspect: "definer", values: ["definer", "security_type"] },
    {
      ...ofRoutine,
      aspect: "collation",
      values: ["character_set_client", "collation_connection", "database_collation"],
    },
    {
      kind: "LOWER(routine_type)",
      name: "specific_name",
      from: "parameters",
      where: `specific_schema = ${schema}`,
      aspect: "parameters",
      values: ["parameter_mode", "parameter_name", "dtd_identifier", "collation_name"],
      order: "routine_type, ordinal_position",
    },
  ];
}

/** Apart: a server whose event scheduler is DISABLED refuses it. */
export function eventDefinitionStatement(database: string): string {
  const body = ["event_definition", "event_type", "execute_at", "interval_value", "interval_field"];
  const values = [...body, "starts", "ends", "status", "on_completion", "event_comment", "time_zone"];
  const hex = (names: readonly string[]): string =>
    names.map((name) => `IFNULL(HEX(${name}), '-')`).join(", ");
  const from = `FROM information_schema.events WHERE event_schema = ${quoteText(database)} ORDER BY event_name;`;
  return [
    `SELECT 'event', HEX(event_name), 'body', ${hex(values)} ${from}`,
    `SELECT 'event', HEX(event_name), 'sql_mode', ${hex(["sql_mode"])} ${from}`,
    `SELECT 'event', HEX(event_name), 'definer', ${hex(["definer"])} ${from}`,
    `SELECT 'event', HEX(event_name), 'collation', ${hex(["character_set_client", "collation_connection", "database_collation"])} ${from}`,
  ].join("\n");
}

export function sequenceNamesStatement(database: string): string {
  return `SELECT HEX(table_name) FROM information_schema.tables
    WHERE table_schema = ${quoteText(database)} AND table_type = 'SEQUENCE' ORDER BY table_name;`;
}
