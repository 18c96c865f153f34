/**
 * A MariaDB server that lives for one load: on a socket only, with a network namespace of its own that has no
 * network, as an unprivileged user where possible, and without any durability, for nothing in it is kept.
 */
import { chown, mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { JedaError } from "../../model/errors.ts";
import { type Running, run, start } from "../tools/command.ts";
import { unprivilegedUser } from "../tools/unprivileged-user.ts";
import { systemTables } from "./scratch-system-tables.ts";

export interface ScratchMariadb {
  /** Rows of all results, columns by tab. @throws VERIFY with what the server said. */
  ask(statements: string, database?: string): Promise<readonly (readonly string[])[]>;
  /** A client that reads statements from its standard input; await it for its exit code. */
  load(database: string): LoadingClient;
  /** Rows of any number, one by one, as `ask` splits them; await `ended` for what was said against it. */
  read(statements: string, database: string): ReadingClient;
  /** Stops the server and removes its files. Safe to call twice. */
  close(): Promise<void>;
}

export interface LoadingClient {
  readonly stdin: NodeJS.WritableStream;
  /** Null when everything was loaded, otherwise what the client said. */
  readonly ended: Promise<string | null>;
}

export interface ReadingClient {
  readonly stdout: AsyncIterable<Buffer>;
  readonly ended: Promise<string | null>;
}

const READY_WITHIN = 60_000;

/** Seen by the server at a place it may enter, though the runtime directory is closed to its user. */
const INSIDE = "/mnt";
const ENTER = 'mount --bind "$1" /mnt && cd /mnt && shift && exec "$@"';

const OPTIONS = [
  "--no-defaults",
  `--datadir=${INSIDE}/data`,
  `--tmpdir=${INSIDE}/tmp`,
  "--innodb-log-file-size=64M",
  "--innodb-buffer-pool-size=256M",
  "--innodb-flush-log-at-trx-commit=0",
  "--innodb-doublewrite=OFF",
  "--innodb-flush-method=nosync",
];

/** @throws VERIFY when the server does not start. */
export async function startScratchMariadb(parent: string, signal: AbortSignal): Promise<ScratchMariadb> {
  const directory = await mkdtemp(join(parent, "mariadb-"));
  let server: { stop(): Promise<void> } = { stop: async () => {} };
  const close = async (): Promise<void> => {
    await server.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const user = await unprivilegedUser("mysql");
    for (const path of [directory, join(directory, "data"), join(directory, "tmp")]) {
      await mkdir(path, { recursive: true, mode: 0o700 });
      if (user !== null) await chown(path, user.uid, user.gid);
    }
    const within = [
      "unshare",
      "--mount",
      "--net",
      "--propagation",
      "private",
      "--",
      "sh",
      "-c",
      ENTER,
      "enter",
    ].concat(
      directory,
      user === null ? [] : ["setpriv", `--reuid=${user.uid}`, `--regid=${user.gid}`, "--clear-groups", "--"],
    );
    const input = await systemTables();
    const made = await run({ file: "mariadbd", args: [...OPTIONS, "--bootstrap"], within, input, signal });
    if (made.exitCode !== 0) throw notStarted(made.stderr || made.stdout);
    const args = [
      ...OPTIONS,
      "--skip-networking",
      `--socket=${INSIDE}/socket`,
      "--pid-file=pid",
      "--max-allowed-packet=1G",
      "--skip-log-bin",
      "--event-scheduler=OFF",
      "--local-infile=OFF",
      "--character-set-server=utf8mb4",
    ];
    const child = start({ file: "mariadbd", args, within });
    child.stdin.end();
    child.stdout.resume();
    server = {
      stop: async () => {
        child.kill("SIGKILL"); // nothing in it is kept
        await child.ended;
      },
    };
    const scratch: ScratchMariadb = {
      ask: (statements, database) => ask(directory, statements, database, signal),
      load: (database) => load(directory, database, signal),
      read: (statements, database) => read(directory, statements, database, signal),
      close,
    };
    await untilReady(scratch, signal);
    return scratch;
  } catch (cause) {
    await close();
    throw cause;
  }
}

/** A relative socket path: an absolute one may be longer than the 107 bytes that sockets allow. */
const CLIENT = ["--no-defaults", "--socket=socket", "--user=root", "--batch", "--skip-column-names"];

async function ask(directory: string, statements: string, database: string | undefined, signal: AbortSignal) {
  const args = [...CLIENT, "--default-character-set=utf8mb4", ...(database === undefined ? [] : [database])];
  const outcome = await run({ file: "mariadb", args, cwd: directory, input: statements, signal });
  if (outcome.exitCode !== 0)
    throw new JedaError("VERIFY", `The scratch MariaDB said: ${errorLine(outcome.stderr)}`);
  const lines = outcome.stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => line.split("\t"));
}

function load(directory: string, database: string, signal: AbortSignal): LoadingClient {
  const fast = "--init-command=SET SESSION unique_checks=0, foreign_key_checks=0";
  // Comments in the bodies of triggers and routines are somebody's words, and the client leaves them out by itself.
  const args = [...CLIENT, "--max-allowed-packet=1G", "--comments", fast, database];
  const child = start({ file: "mariadb", args, cwd: directory, signal });
  child.stdout.resume();
  return { stdin: child.stdin, ended: untilSaid(child) };
}

function read(directory: string, statements: string, database: string, signal: AbortSignal): ReadingClient {
  const args = [...CLIENT, "--max-allowed-packet=1G", "--quick", "--default-character-set=utf8mb4", database];
  const child = start({ file: "mariadb", args, cwd: directory, signal });
  child.stdin.end(statements);
  return { stdout: child.stdout, ended: untilSaid(child) };
}

async function untilSaid(child: Running): Promise<string | null> {
  const { exitCode } = await child.ended;
  return exitCode === 0 ? null : errorLine(child.stderr()) || `exit code ${exitCode}`;
}

async function untilReady(scratch: ScratchMariadb, signal: AbortSignal): Promise<void> {
  const until = Date.now() + READY_WITHIN;
  for (;;) {
    signal.throwIfAborted();
    try {
      await scratch.ask("SELECT 1;");
      return;
    } catch (cause) {
      if (Date.now() > until) throw notStarted(cause instanceof Error ? cause.message : String(cause));
      await sleep(40);
    }
  }
}

/** The client repeats the whole statement before the error; patients' data don't belong into a report. */
function errorLine(stderr: string): string {
  const lines = stderr.trim().split("\n");
  return (lines.findLast((line) => line.startsWith("ERROR ")) ?? lines.at(-1) ?? "").slice(0, 300);
}

function notStarted(said: string): JedaError {
  const last = said.trim().split("\n").slice(-3).join(" ");
  return new JedaError("VERIFY", `No scratch MariaDB could be started on the backup host: ${last}`, {
    hint: "Is mariadb-server installed, and is there room for its files?",
  });
}
