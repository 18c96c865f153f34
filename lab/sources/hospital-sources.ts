/** A file server and a database server in a network namespace of their own, made and removed by a test. */
import { type ChildProcess, execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { serveRepository } from "../../src/backup/restic/repository-server.ts";
import type { BackupContext } from "../../src/model/driver.ts";
import type { MariadbSource, SmbSource } from "../../src/model/hospital.ts";
import { run, SECRETS, startMariadb, startSamba } from "./servers.ts";
import { realTool, type WiredTools, wireTools } from "./wired-tools.ts";

export interface HospitalSources {
  readonly directory: string;
  readonly shareDirectory: string;
  readonly share: SmbSource;
  readonly records: MariadbSource;
  readonly tools: WiredTools;
  /** A context for one window; each has a runtime directory of its own. */
  context(windowId: string, change?: Partial<BackupContext>): BackupContext;
  /** Statements as root of the database server. */
  sql(statements: string): string;
  /** Runs the real restic on the repository; returns what it printed. */
  restic(...args: readonly string[]): string;
  readonly logged: readonly string[];
  stop(): Promise<void>;
}

/** @param options lines for the database server's own configuration; `{directory}` in them is the sources'. */
export async function startSources(options: readonly string[] = []): Promise<HospitalSources> {
  const directory = mkdtempSync(join(tmpdir(), "jeda-backup-"));
  chmodSync(directory, 0o755);
  const namespace = `jeda-backup-${process.pid}-${directory.slice(-6)}`;
  const children: ChildProcess[] = [];
  const closing: (() => Promise<void>)[] = [];
  const formerPath = process.env.PATH;
  const stop = async (): Promise<void> => {
    for (const close of closing) await close();
    process.env.PATH = formerPath;
    for (const child of children) await end(child);
    for (const pid of pidsIn(namespace)) killIfThere(pid);
    execFileSync("ip", ["netns", "delete", namespace]);
    rmSync(directory, { recursive: true, force: true });
  };
  execFileSync("ip", ["netns", "add", namespace]);
  try {
    const enter = ["nsenter", `--net=/run/netns/${namespace}`, "--"] as const;
    run(...enter, "ip", "link", "set", "lo", "up");
    const shareDirectory = join(directory, "office");
    mkdirSync(shareDirectory);
    children.push(startSamba(enter, directory, shareDirectory));
    const socket = join(directory, "mariadb.sock");
    const lines = options.map((line) => line.replaceAll("{directory}", directory));
    children.push(startMariadb(enter, directory, socket, lines));
    const sql = (statements: string): string =>
      execFileSync("/usr/bin/mariadb", ["--no-defaults", `--socket=${socket}`, "--user=root", "-N"], {
        input: statements,
        encoding: "utf8",
        stdio: ["pipe", "pipe", "pipe"],
      });
    await until(() => sql("SELECT 1"));
    await until(() => run(...enter, "sh", "-c", "echo | nc -w1 127.0.0.1 445"));
    sql(`CREATE DATABASE simrs CHARACTER SET utf8mb4;
      CREATE USER 'jeda-backup'@'%' IDENTIFIED BY ${JSON.stringify(SECRETS.database)};
      GRANT SELECT, SHOW VIEW, TRIGGER, LOCK TABLES, EVENT ON simrs.* TO 'jeda-backup'@'%';
      GRANT SELECT ON mysql.proc TO 'jeda-backup'@'%';`);
    const tools = wireTools(join(directory, "bin"), namespace);
    process.env.PATH = tools.path;
    const passwordFile = join(directory, "repository-password");
    writeFileSync(passwordFile, `${SECRETS.repository}\n`, { mode: 0o600 });
    const repository = join(directory, "repository");
    const restic = (...args: readonly string[]): string =>
      execFileSync(
        realTool("restic"),
        ["--repo", repository, "--password-file", passwordFile, "--no-cache", ...args],
        { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 30 },
      );
    restic("init");
    const logged: string[] = [];
    const log = (line: string): void => void logged.push(line);
    const served = serveRepository({ path: repository, runtimeDir: directory, log, user: "nobody" });
    closing.push(() => served.close());
    const context = (windowId: string, change: Partial<BackupContext> = {}): BackupContext => ({
      windowId,
      repository: { path: repository, credentials: "repository" },
      reach: () => served.reach(),
      credentials: {
        repository: { password: SECRETS.repository },
        share: { user: "jeda-backup", password: SECRETS.share },
        database: { user: "jeda-backup", password: SECRETS.database },
      },
      runtimeDir: mkdtempSync(join(directory, "runtime-")),
      signal: new AbortController().signal,
      log,
      ...change,
    });
    return {
      directory,
      shareDirectory,
      share: {
        kind: "smb",
        // Files are run side by side, and one looks for what another left by this name.
        name: `office-files-${process.pid}`,
        host: "127.0.0.1",
        share: "office",
        segment: "administrative",
        credentials: "share",
        order: 1,
        canaries: [],
      },
      records: {
        kind: "mariadb",
        name: "records",
        host: "127.0.0.1",
        port: 3306,
        database: "simrs",
        segment: "clinical",
        credentials: "database",
        order: 2,
      },
      tools,
      context,
      sql,
      restic,
      logged,
      stop,
    };
  } catch (cause) {
    await stop();
    throw cause;
  }
}

function pidsIn(namespace: string): readonly number[] {
  return run("ip", "netns", "pids", namespace).split("\n").filter(Boolean).map(Number);
}

function killIfThere(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGKILL");
  await gone;
}

async function until(works: () => unknown): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      works();
      return;
    } catch (cause) {
      if (attempt === 100) throw cause;
      await sleep(100);
    }
  }
}
