/** What the beginning of a statement of a dump says, comment marks removed. Pure. */

export type Created = {
  readonly kind:
    | "table"
    | "view"
    | "trigger"
    | "procedure"
    | "function"
    | "package"
    | "package body"
    | "event"
    | "sequence";
  readonly name: string;
} | null;

const QUOTED = "`(?:[^`]|``)+`";
/** Triggers, routines and events keep the words of whoever wrote them: quoted, in double quotes, or bare. */
const NAME = `(${QUOTED}|"(?:[^"]|"")+"|[^\\s\`"(.]+)`;
const COLUMNS = "\\((?:[^`)]|`(?:[^`]|``)*`)*\\)\\s*";

const INSERT = new RegExp(
  `^(?:INSERT|REPLACE)\\s+(?:DELAYED\\s+|IGNORE\\s+)*INTO\\s+${NAME}\\s*(?:${COLUMNS})?VALUES\\s*$`,
);

/** Between CREATE and the kind stand OR REPLACE, ALGORITHM, DEFINER (two quoted names), SQL SECURITY, AGGREGATE. */
const CREATE = new RegExp(
  `^CREATE\\s+(?:[^\`(]|${QUOTED}@${QUOTED})*?\\b(TABLE|VIEW|TRIGGER|PROCEDURE|FUNCTION|PACKAGE BODY|PACKAGE|EVENT|SEQUENCE)\\s+` +
    `(?:IF\\s+NOT\\s+EXISTS\\s+)?(?:(?:${QUOTED}|\\w+)\\s*\\.\\s*)?${NAME}`,
  "i",
);

/** The table of an INSERT that has been read up to its first opening parenthesis after VALUES, or null. */
export function insertedTable(head: string): string | null {
  const name = INSERT.exec(head)?.[1];
  return name === undefined ? null : unquote(name);
}

export function createdObject(head: string): Created {
  const found = CREATE.exec(head);
  const name = found?.[2];
  if (found === null || name === undefined) return null;
  return { kind: found[1]?.toLowerCase() as NonNullable<Created>["kind"], name: unquote(name) };
}

function unquote(name: string): string {
  if (name.startsWith("`")) return name.slice(1, -1).replaceAll("``", "`");
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
}
