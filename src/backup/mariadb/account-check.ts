/** Asks the server what the account may see, before anything is concluded from what it sees. */
import type { BackupContext } from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import type { MariadbSource } from "../../model/hospital.ts";
import { ask, quoteText } from "./client.ts";
import { missingGrants } from "./grants.ts";

/** @throws CREDENTIALS with the statements that give what is missing. */
export async function requireGrants(
  source: MariadbSource,
  optionFile: string,
  { signal }: Pick<BackupContext, "signal">,
): Promise<void> {
  const [[account = ""] = [], ...own] = await ask(
    source,
    optionFile,
    "SELECT CURRENT_USER();\nSHOW GRANTS;",
    signal,
  );
  const lines = own.map((row) => row.join("\t"));
  if (missingGrants(lines, source.database, account).length === 0) return;
  const missing = missingGrants(
    [...lines, ...(await publicGrants(source, optionFile, signal))],
    source.database,
    account,
  );
  if (missing.length === 0) return;
  throw new JedaError(
    "CREDENTIALS",
    `${source.name}: the account ${account} may not see all of ${source.database}, and what it may not see would be missing. As root of that server: ${missing.join(" ")}`,
    { hint: missing.join(" ") },
  );
}

/** What everybody may, since MariaDB 10.11. */
async function publicGrants(
  source: MariadbSource,
  optionFile: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  try {
    const rows = await ask(source, optionFile, "SHOW GRANTS FOR PUBLIC;", signal);
    return rows.map((row) => row.join("\t"));
  } catch (cause) {
    if (signal.aborted) throw cause;
    return [];
  }
}

/**
 * A server whose event scheduler is DISABLED lists events to nobody; the table they stand in can be read by whoever
 * was given that. Null when it was not.
 */
export async function countHiddenEvents(
  source: MariadbSource,
  optionFile: string,
  signal: AbortSignal,
): Promise<number | null> {
  const statement = `SELECT COUNT(*) FROM mysql.event WHERE db = ${quoteText(source.database)};`;
  try {
    return Number((await ask(source, optionFile, statement, signal))[0]?.[0]);
  } catch (cause) {
    if (signal.aborted) throw cause;
    return null;
  }
}
