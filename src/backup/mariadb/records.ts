/** How many of the entered records does the database hold? Asked on the stored side of a record witness. */
import type { BackupContext } from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import type { Source } from "../../model/hospital.ts";
import { ask, writeOptionFile } from "./client.ts";

/** A clinical server is no place for a query that runs on: the server itself ends a longer one, whoever is still there. */
const LIMIT_S = 10;

/**
 * @param query one SQL statement that yields one number; it runs in a read-only transaction.
 * @param limitS how long the server lets it run; for tests.
 * @throws CONFIG when the source is no database, or the answer is not one number in time; BACKUP, CREDENTIALS by the server.
 */
export async function countStored(
  source: Source,
  query: string,
  context: BackupContext,
  limitS: number = LIMIT_S,
): Promise<number> {
  if (source.kind !== "mariadb") {
    throw new JedaError(
      "CONFIG",
      `Records can't be counted in "${source.name}": it is ${source.kind}, not mariadb.`,
    );
  }
  const options = await writeOptionFile(source, context);
  const statements = [
    // Waiting for a lock counts too. More rows than one are wrong already, and may be millions.
    `SET SESSION max_statement_time = ${limitS}, sql_select_limit = 2;`,
    `${query.trim().replace(/;$/, "")};`,
    "",
  ].join("\n");
  const answer = await ask(source, options, statements, context.signal).catch((error: unknown) => {
    throw tookTooLong(error) ? overLimit(source.name, query, limitS) : error;
  });
  const text = answer.length === 1 && answer[0]?.length === 1 ? (answer[0][0] ?? "") : "";
  if (!/^\d+$/.test(text)) {
    throw new JedaError(
      "CONFIG",
      `The record query of "${source.name}" did not answer with one number: ${query}`,
      {
        hint: "Write one SELECT COUNT(*) statement.",
      },
    );
  }
  return Number(text);
}

/** https://mariadb.com/docs/server/ha-and-performance/optimization-and-tuning/query-optimizations/aborting-statements */
const tookTooLong = (error: unknown): boolean => error instanceof JedaError && /\b1969\b/.test(error.message);

function overLimit(source: string, query: string, limitS: number): JedaError {
  const said = `The record query of "${source}" had not ended after ${limitS} s, and the server ended it: ${query}`;
  return new JedaError("CONFIG", said, {
    hint: "Count one table, or by an index: it is asked while the window waits.",
  });
}
