/** Writes dumps as mariadb-dump does, for the tests of what reads them. */
import fc from "fast-check";

export interface DumpedTable {
  readonly name: string;
  readonly rows: readonly (readonly string[])[];
  /** INSERT with a list of columns, as for tables with generated columns. */
  readonly columns: boolean;
}

/** Text with everything that could end a value, a row or a statement too early. */
const nasty = fc
  .array(
    fc.constantFrom(
      "'",
      "\\",
      ")",
      "(",
      ",",
      ";",
      "`",
      '"',
      "--",
      " ",
      "\n",
      "/*",
      "*/",
      "#",
      "x",
      "é",
      "-- Dump completed\n",
    ),
    {
      maxLength: 12,
    },
  )
  .map((parts) => parts.join(""));

export const value = fc.oneof(
  fc.integer().map(String),
  fc.constant("NULL"),
  fc.uint8Array({ maxLength: 6 }).map((bytes) => `0x${Buffer.from(bytes).toString("hex")}`),
  nasty.map(quoted),
);

export const table: fc.Arbitrary<DumpedTable> = fc.record({
  name: fc.constantFrom("patients", "lab results", "a`b", "VALUES (", "x;y", "né", "in'voice"),
  rows: fc.array(fc.array(value, { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
  columns: fc.boolean(),
});

export const tables = fc.uniqueArray(table, { maxLength: 4, selector: ({ name }) => name });

/** mysql_real_escape_string. */
function quoted(text: string): string {
  const escaped = text.replace(/[\\'"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`));
  return `'${escaped}'`;
}

function name(text: string): string {
  return `\`${text.replaceAll("`", "``")}\``;
}

export const TRIGGER = `DELIMITER ;;
/*!50003 CREATE*/ /*!50017 DEFINER=\`root\`@\`localhost\`*/ /*!50003 TRIGGER audit BEFORE INSERT ON patients FOR EACH ROW BEGIN
  -- don't be fooled; a comment
  /* nor by ' this one */
  INSERT INTO \`log\` VALUES (1),(2),('-- Dump completed');
END */;;
DELIMITER ;
`;

export function dumpText(tables: readonly DumpedTable[], trigger: boolean): string {
  const parts = [
    "/*M!999999\\- enable the sandbox mode */ \n-- MariaDB dump 10.19\n--\n-- Host: x    Database: simrs\n",
  ];
  parts.push("/*!40101 SET @OLD_CHARACTER_SET_CLIENT=@@CHARACTER_SET_CLIENT */;\n\n");
  for (const { name: plain, rows, columns } of tables) {
    parts.push(
      `--\n-- Table structure for table ${name(plain)}\n--\n\nDROP TABLE IF EXISTS ${name(plain)};\n`,
    );
    parts.push(`CREATE TABLE ${name(plain)} (\n  \`id\` int(11) COMMENT 'it''s ; (odd',\n) ENGINE=InnoDB;\n`);
    parts.push(`LOCK TABLES ${name(plain)} WRITE;\n/*!40000 ALTER TABLE ${name(plain)} DISABLE KEYS */;\n`);
    const list = columns ? " (`id`, `a)b`)" : "";
    for (let from = 0; from < rows.length; from += 3) {
      const some = rows.slice(from, from + 3).map((row) => `(${row.join(",")})`);
      parts.push(`INSERT INTO ${name(plain)}${list} VALUES\n${some.join(",\n")};\n`);
    }
    parts.push("UNLOCK TABLES;\n");
  }
  if (trigger) parts.push(TRIGGER);
  parts.push("/*!40101 SET CHARACTER_SET_CLIENT=@OLD_CHARACTER_SET_CLIENT */;\n\n-- Dump completed\n");
  return parts.join("");
}
