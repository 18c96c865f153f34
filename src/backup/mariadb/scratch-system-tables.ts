/**
 * The statements that make an empty MariaDB's system tables, from the server's own package. `mariadb-install-db`
 * feeds it the same file, but adds help texts and waits: half a second becomes several.
 */
import { readFile } from "node:fs/promises";
import { JedaError } from "../../model/errors.ts";

/** Debian's places: 10.x and 11.x. */
const PLACES = ["/usr/share/mysql/mysql_system_tables.sql", "/usr/share/mariadb/mariadb_system_tables.sql"];

/** All privileges, no password: the socket stands in a directory that only root and the server may enter. */
const ROOT = `INSERT INTO global_priv VALUES ('localhost', 'root',
  '{"access":18446744073709551615,"plugin":"mysql_native_password","authentication_string":""}');`;

/** Input for `mariadbd --bootstrap`. @throws PREREQUISITE */
export async function systemTables(): Promise<string> {
  for (const place of PLACES) {
    try {
      return `CREATE DATABASE mysql;\nUSE mysql;\n${await readFile(place, "utf8")}\n${ROOT.replaceAll("\n", " ")}\n`;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    }
  }
  throw new JedaError(
    "PREREQUISITE",
    `None of ${PLACES.join(", ")} is there to make a scratch MariaDB from.`,
    {
      hint: "apt-get install -y --no-install-recommends mariadb-server",
    },
  );
}
