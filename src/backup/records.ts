/** How many of the entered records does the database hold? Asked on the stored side of a record witness. */
import type { BackupContext } from "../model/driver.ts";
import { JedaError } from "../model/errors.ts";
import type { Source } from "../model/hospital.ts";
import { ask, writeOptionFile } from "./mariadb-client.ts";

/**
 * @param query one SQL statement that yields one number; it runs in a read-only transaction.
 * @throws CONFIG when the source is no database or the answer is not one number; BACKUP, CREDENTIALS by the server.
 */
export async function countStored(source: Source, query: string, context: BackupContext): Promise<number> {
  if (source.kind !== "mariadb") {
    throw new JedaError(
      "CONFIG",
      `Records can't be counted in "${source.name}": it is ${source.kind}, not mariadb.`,
    );
  }
  const options = await writeOptionFile(source, context);
  const statement = `${query.trim().replace(/;$/, "")};\n`;
  const answer = await ask(source, options, statement, context.signal);
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
