/**
 * May the account see everything? A server shows an account nothing of what it may not see, and no error either: a
 * dump without triggers looks like one of a database without triggers. Pure.
 */
import { quoteAccount, quoteName } from "./client.ts";

interface Grant {
  readonly privileges: ReadonlySet<string>;
  /** As the server writes it: `%` and `_` stand for any. */
  readonly database: string;
  readonly object: string;
}

/** What a dump reads of a database, whatever it holds. */
const NEEDED = ["SELECT", "SHOW VIEW", "TRIGGER", "EVENT"] as const;

/** @param lines of SHOW GRANTS; those of enabled roles are among them. @returns statements, none when it may. */
export function missingGrants(
  lines: readonly string[],
  database: string,
  account: string,
): readonly string[] {
  const grants = lines.flatMap(grantOf);
  const may = (privilege: string, name: string, object: string): boolean =>
    grants.some(
      (grant) =>
        (grant.privileges.has(privilege) || grant.privileges.has("ALL PRIVILEGES")) &&
        covers(grant, name, object),
    );
  const to = quoteAccount(account);
  const missing = NEEDED.filter((privilege) => !may(privilege, database, "*"));
  const routines = may("SELECT", "mysql", "proc") || may("SHOW CREATE ROUTINE", database, "*");
  return [
    ...(missing.length > 0 ? [`GRANT ${missing.join(", ")} ON ${quoteName(database)}.* TO ${to};`] : []),
    ...(routines ? [] : [`GRANT SELECT ON mysql.proc TO ${to};`]),
  ];
}

const GRANT = /^GRANT (.+?) ON (?:TABLE )?(\*|`(?:[^`]|``)*`)\.(\*|`(?:[^`]|``)*`) TO /;

/** Privileges on single columns are less than the table, and those on routines no reading at all. */
function grantOf(line: string): readonly Grant[] {
  const [, privileges = "", database = "", object = ""] = GRANT.exec(line.replaceAll("\\\\", "\\")) ?? [];
  if (privileges === "") return [];
  const whole = privileges.replace(/[A-Z ]+ \([^)]*\)/g, "").split(",");
  return [
    {
      privileges: new Set(whole.map((one) => one.trim())),
      database: database === "*" ? "%" : unquoted(database),
      object: object === "*" ? "*" : unquoted(object),
    },
  ];
}

function covers(grant: Grant, database: string, object: string): boolean {
  const everywhere = grant.object === "*";
  if (!everywhere && grant.object.toLowerCase() !== object.toLowerCase()) return false;
  // The name stands for itself where the privilege is on one table of it.
  return everywhere
    ? likePattern(grant.database).test(database)
    : grant.database.toLowerCase() === database.toLowerCase();
}

function likePattern(text: string): RegExp {
  const parts = text.match(/\\.|[^\\]/gsu) ?? [];
  const pattern = parts.map((part) => {
    if (part === "%") return ".*";
    if (part === "_") return ".";
    return (part.length === 2 && part.startsWith("\\") ? part.slice(1) : part).replace(
      /[\\^$.*+?()[\]{}|]/g,
      "\\$&",
    );
  });
  return new RegExp(`^${pattern.join("")}$`, "isu");
}

function unquoted(name: string): string {
  return name.slice(1, -1).replaceAll("``", "`");
}
