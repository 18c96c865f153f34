/**
 * Asks for definitions column by column, in what every version spells alike. Left out is only what moves by itself
 * (statistics, the present AUTO_INCREMENT, times of creation) or is the server's own choice. Pure.
 */
import { quoteText } from "../../client.ts";
import { eventQuestions, programQuestions, type Question } from "./programs.ts";

/** Without those of Aria that the server states in SHOW CREATE, and so in every dump, though nobody gave them. */
const OPTIONS = "TRIM(REGEXP_REPLACE(create_options, ' ?(page_checksum|transactional)=[01]', ''))";

/**
 * Rows of: kind, name in hexadecimal, aspect, values in hexadecimal.
 * @param events false where the server refuses to say what events there are
 */
export function definitionStatements(database: string, events: boolean): string {
  const schema = quoteText(database);
  return [...questions(schema), ...(events ? eventQuestions(schema) : [])]
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
    ...programQuestions(schema),
  ];
}

export function sequenceNamesStatement(database: string): string {
  return `SELECT HEX(table_name) FROM information_schema.tables
    WHERE table_schema = ${quoteText(database)} AND table_type = 'SEQUENCE' ORDER BY table_name;`;
}
