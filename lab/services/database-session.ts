/**
 * One session with the hospital's database, through Debian's `mariadb` client kept open as a co-process: a
 * statement goes in, the rows it prints come back. Statements are answered one after another.
 */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";

interface Waiting {
  readonly resolve: (rows: string[]) => void;
  readonly reject: (error: Error) => void;
  readonly rows: string[];
  readonly timer: NodeJS.Timeout;
}

const endOfRows = "-- end of rows --";

export class DatabaseSession {
  readonly #arguments: readonly string[];
  readonly #timeoutMs: number;
  #client: ChildProcessWithoutNullStreams | null = null;
  #waiting: Waiting[] = [];

  constructor(optionFile: string, database: string, timeoutMs: number) {
    this.#arguments = [
      `--defaults-file=${optionFile}`,
      "--batch",
      "--skip-column-names",
      "--unbuffered",
      database,
    ];
    this.#timeoutMs = timeoutMs;
  }

  /** Rejects when the statement fails, or is not answered in time: then nobody knows whether it was done. */
  run(statement: string): Promise<string[]> {
    const client = this.#client ?? this.#open();
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#drop(new Error("the database does not answer")), this.#timeoutMs);
      this.#waiting.push({ resolve, reject, rows: [], timer });
      client.stdin.write(`${statement};\nSELECT '${endOfRows}';\n`);
    });
  }

  #open(): ChildProcessWithoutNullStreams {
    const client = spawn("mariadb", this.#arguments);
    this.#client = client;
    let complaint = "";
    client.stderr.on("data", (data: Buffer) => {
      complaint = data.toString().trim();
    });
    client.stdin.on("error", () => {}); // told by the exit that follows
    createInterface({ input: client.stdout }).on("line", (line) => {
      if (this.#client !== client) return;
      if (line !== endOfRows) return void this.#waiting[0]?.rows.push(line);
      const answered = this.#waiting.shift();
      if (answered === undefined) return;
      clearTimeout(answered.timer);
      answered.resolve(answered.rows);
    });
    // In batch mode the client ends at the first statement that fails.
    client.on("close", () => {
      if (this.#client === client) this.#drop(new Error(complaint || "the database client ended"));
    });
    client.on("error", (error) => {
      if (this.#client === client) this.#drop(error);
    });
    return client;
  }

  #drop(error: Error): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#client?.kill("SIGKILL");
    this.#client = null;
    for (const { reject, timer } of waiting) {
      clearTimeout(timer);
      reject(error);
    }
  }
}

/** Any text as an SQL expression that needs no quoting. */
export const sqlText = (text: string): string =>
  `CONVERT(X'${Buffer.from(text, "utf8").toString("hex")}' USING utf8mb4)`;
