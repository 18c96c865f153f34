/**
 * A connection to the source that lasts: a consistent snapshot is its own. One client, told its statements one by one.
 * It goes on after an error, so that one table that can't be read does not end the snapshot of all others.
 */
import type { BackupContext } from "../../../model/driver.ts";
import type { MariadbSource } from "../../../model/hospital.ts";
import { start } from "../../tools/command.ts";
import { explainMariadb, writeOptionFile } from "../client.ts";
import { SESSION } from "./rows/row-expression.ts";

export type Rows = readonly (readonly string[])[];

export interface SourceSession {
  /** Rows of all results, columns by tab; none of a statement that failed. @throws BACKUP, CREDENTIALS */
  ask(statements: string): Promise<Rows>;
  close(): Promise<void>;
}

interface Waiting {
  readonly rows: string[][];
  readonly done: (rows: Rows) => void;
}

/** Printed when all before it has been answered. */
const END = "jeda: answered";

export async function openSession(source: MariadbSource, context: BackupContext): Promise<SourceSession> {
  const options = await writeOptionFile(source, context);
  const args = [`--defaults-file=${options}`, "--batch", "--skip-column-names", "--unbuffered", "--force"];
  let lost = false;
  const child = start(
    {
      file: "mariadb",
      args: [...args, "--skip-reconnect", "--default-character-set=utf8mb4", source.database],
      signal: context.signal,
    },
    (line) => {
      // With --force the client would go on telling every further statement to nobody.
      if (!/^ERROR (20(06|13|26)|1927|4031)\b/.test(line)) return;
      lost = true;
      child.kill("SIGKILL");
    },
  );
  const answers: Waiting[] = [];
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {}); // raced below
  let closing = false;
  void child.ended.then(({ exitCode }) => {
    const said =
      child.stderr() || `the client ended with exit code ${exitCode}${lost ? ", its connection lost" : ""}`;
    failed.reject(closing ? new Error("the session was closed") : explainMariadb(source, said));
  });
  void (async () => {
    let rest = "";
    child.stdout.setEncoding("utf8");
    for await (const piece of child.stdout) {
      const lines = `${rest}${piece}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line !== END) answers[0]?.rows.push(line.split("\t"));
        else {
          const answered = answers.shift();
          answered?.done(answered.rows);
        }
      }
    }
  })().catch(() => {}); // what it means is in the exit code
  const ask = async (statements: string): Promise<Rows> => {
    context.signal.throwIfAborted();
    const answer = new Promise<Rows>((done) => {
      answers.push({ rows: [], done });
    });
    child.stdin.write(`${statements}\nSELECT '${END}';\n`);
    return Promise.race([answer, failed.promise]);
  };
  const session: SourceSession = {
    ask,
    async close() {
      closing = true;
      child.kill("SIGKILL");
      await child.ended;
    },
  };
  try {
    await ask(SESSION);
    return session;
  } catch (cause) {
    await session.close();
    throw cause;
  }
}
