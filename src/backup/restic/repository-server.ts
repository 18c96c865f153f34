/**
 * The repository is opened through a server that refuses to delete or overwrite: rest-server, append-only, a child of
 * the runner under a user of its own. `serve-repository.sh` says how it is started. When it dies it is started again
 * at the same socket; restic repeats what it was doing, so that nobody else notices. Who it lives for is dead: the
 * kernel ends it.
 */
import { createHash } from "node:crypto";
import { lstat, readdir, rm } from "node:fs/promises";
import { request } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { ServedRepository } from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import { type Running, run, start } from "../tools/command.ts";

export interface RepositoryServer {
  /**
   * Where restic finds it; starts the server when it is first asked.
   * @throws BACKUP (no such directory, or the server ends again and again), PREREQUISITE (program or user missing).
   */
  reach(): Promise<ServedRepository>;
  /** Never throws. */
  close(): Promise<void>;
}

export interface Serving {
  /** The repository's directory. */
  readonly path: string;
  /** Whoever has this directory for itself has a socket for itself. */
  readonly runtimeDir: string;
  readonly log: (line: string) => void;
  /** Owner of the repository; `jeda-repository` unless told. */
  readonly user?: string;
}

const script = fileURLToPath(new URL("./serve-repository.sh", import.meta.url));
/** Short, for a socket's path has at most 107 bytes; the runtime directory itself is closed to the server's user. */
const socketsOfAll = "/run/jeda-repository";

/** Of one window; one that dies more often is not tried for ever, and one that was never there less. */
const mostStarts = 12;
const mostFirstStarts = 5;
const firstPauseMs = 100;
const longestPauseMs = 2_000;
/** A repository of many files that was root's gets another owner first. */
const readyWithinMs = 600_000;
const answerWithinMs = 10_000;

export function serveRepository({
  path,
  runtimeDir,
  log,
  user = "jeda-repository",
}: Serving): RepositoryServer {
  const name = createHash("sha256").update(runtimeDir).digest("hex").slice(0, 16);
  const sockets = join(socketsOfAll, name);
  const socket = join(sockets, "socket");
  const lost = new AbortController();
  const served = { url: `rest:http+unix://${socket}:/`, lost: lost.signal };
  let starts = 0;
  let most = mostFirstStarts;
  let closed = false;
  let child: Running | null = null;
  let ready: Promise<void> | null = null;

  const once = async (): Promise<void> => {
    starts += 1;
    const begun = start({ file: "sh", args: [script, "serve", path, sockets, user] }, (line) =>
      log(`repository's server: ${line}`),
    );
    begun.stdin.end();
    begun.stdout.resume();
    child = begun;
    const over = { value: false };
    void begun.ended.then(() => {
      over.value = true;
    });
    const until = Date.now() + readyWithinMs;
    while (!over.value && !(await answers(socket))) {
      if (Date.now() > until) begun.kill("SIGKILL");
      await sleep(15);
    }
    if (over.value) throw notServed(path, (await begun.ended).exitCode, begun.stderr());
    try {
      await mustRefuseDeletion(socket, path);
    } catch (error) {
      begun.kill("SIGKILL");
      await begun.ended;
      throw error;
    }
    most = mostStarts;
    void begun.ended.then(() => begin()).catch((error: unknown) => lost.abort(error));
  };

  /** @throws when it can't be started at all, or has been started too often. */
  const begin = async (): Promise<void> => {
    for (let pauseMs = firstPauseMs; !closed; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      if (starts > 0) await sleep(pauseMs);
      if (closed) return;
      try {
        return await once();
      } catch (error) {
        if (starts >= most || error instanceof Hopeless) throw error;
      }
    }
  };

  return {
    async reach() {
      lost.signal.throwIfAborted();
      ready ??= begin().catch((error: unknown) => {
        ready = null;
        throw error;
      });
      await ready;
      await adoptLocks(path, user);
      return served;
    },
    async close() {
      closed = true;
      await ready?.catch(() => {});
      child?.kill("SIGTERM");
      const ended = child?.ended.then(() => true) ?? true;
      if (!(await Promise.race([ended, sleep(2_000, false)]))) child?.kill("SIGKILL");
      await child?.ended;
      await rm(sockets, { recursive: true, force: true }).catch(() => {});
    },
  };
}

/** What another attempt would not mend. */
class Hopeless extends JedaError {}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    const end = (open: boolean): void => {
      connection.destroy();
      resolve(open);
    };
    connection.once("connect", () => end(true)).once("error", () => end(false));
  });
}

/** A name that no snapshot has: a SHA-256 of nothing that anybody knows. */
const NO_SNAPSHOT = `/snapshots/${"0".repeat(64)}`;
const FORBIDDEN = 403;

/**
 * Whoever serves is asked before anything is saved: a replaced rest-server, or another one in front on PATH, may
 * ignore --append-only. One that keeps it refuses before it looks whether there is such a snapshot; another answers that it is gone.
 */
async function mustRefuseDeletion(socket: string, path: string): Promise<void> {
  const status = await new Promise<number>((resolve, reject) => {
    const asked = request({ socketPath: socket, method: "DELETE", path: NO_SNAPSHOT }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    asked.setTimeout(answerWithinMs, () =>
      asked.destroy(new Error(`no answer within ${answerWithinMs / 1_000} s`)),
    );
    asked.once("error", reject).end();
  });
  if (status === FORBIDDEN) return;
  throw new Hopeless(
    "BACKUP",
    `The repository ${path} is not served append-only: a deletion was answered with ${status} instead of ${FORBIDDEN}.`,
    {
      hint: "Is rest-server another program than was installed? See: command -v rest-server; /opt/jeda/serve-repository.sh; npm run -s drift. Nothing was saved, for what can be deleted is no backup.",
    },
  );
}

/** A lock of root's own restic must be readable, or restic asks for it again and again for a quarter of an hour. */
async function adoptLocks(path: string, user: string): Promise<void> {
  try {
    const locks = join(path, "locks");
    const { uid } = await lstat(path);
    const owners = await Promise.all((await readdir(locks)).map((name) => lstat(join(locks, name))));
    if (owners.every((one) => one.uid === uid)) return;
  } catch {
    return; // a lock that has just gone; and where there are none, restic says what is missing
  }
  await run({ file: "sh", args: [script, "locks", path, user] });
}

function notServed(path: string, exitCode: number | null, stderr: string): JedaError {
  const said = stderr.trim().split("\n").at(-1) || `it ended with ${exitCode ?? "a signal"}`;
  if (exitCode === 20) {
    return new Hopeless("BACKUP", `Opening the repository: there is no restic repository at ${path}.`, {
      hint: "Is the disk mounted? A new repository is made by pulumi up.",
    });
  }
  if (exitCode === 21) {
    return new Hopeless("PREREQUISITE", `The repository ${path} can't be served: ${said}.`, {
      hint: "pulumi up makes the user; rest-server is installed like restic (docs/backup.md).",
    });
  }
  return new JedaError("BACKUP", `The repository ${path} could not be served: ${said}`, {
    hint: "Nothing was opened without the server, for it is what keeps snapshots from being deleted. See runner.log.",
  });
}
