/** A file server and a database server in a network namespace of their own, made and removed by a test. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { serveRepository } from "../../src/backup/restic/repository-server.ts";
import type { BackupContext } from "../../src/model/driver.ts";
import type { MariadbSource, SmbSource } from "../../src/model/hospital.ts";
import { realTool, SYSTEM, type WiredTools, wireTools } from "./wired-tools.ts";

/** Values that must be found nowhere but in files of mode 0600. */
export const SECRETS = {
  repository: "Repo#Kata\\Sandi'9",
  share: "Berkas#Kata Sandi\\9",
  database: 'Basis#Kata"Sandi\\9',
} as const;

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

function startSamba(enter: readonly string[], directory: string, share: string): ChildProcess {
  const lib = join(directory, "samba");
  mkdirSync(lib);
  const configuration = join(lib, "smb.conf");
  const places = ["lock", "state", "cache", "pid", "private"].map((name) => {
    mkdirSync(join(lib, name));
    return `${name} ${name === "private" ? "dir" : "directory"} = ${join(lib, name)}`;
  });
  // Files are served as nobody, so that a file of mode 0600 of root is one that the account can't read.
  writeFileSync(
    configuration,
    ["[global]", "server role = standalone server", "log file = /dev/null", "disable spoolss = yes"]
      .concat(places, `ncalrpc dir = ${join(lib, "ncalrpc")}`, "passdb backend = smbpasswd")
      .concat(`smb passwd file = ${join(lib, "smbpasswd")}`, `username map = ${join(lib, "users")}`)
      .concat("host msdfs = yes", "[office]", `path = ${share}`, "read only = yes", "force user = nobody")
      .concat("msdfs root = yes", "strict locking = yes", "")
      .join("\n"),
  );
  writeFileSync(join(lib, "users"), "nobody = jeda-backup\n");
  execFileSync("smbpasswd", ["-c", configuration, "-L", "-s", "-a", "nobody"], {
    input: `${SECRETS.share}\n${SECRETS.share}\n`,
    stdio: ["pipe", "ignore", "ignore"],
  });
  const args = ["smbd", "--foreground", "--no-process-group", "--configfile", configuration];
  return begin([...enter, ...args]);
}

function startMariadb(
  enter: readonly string[],
  directory: string,
  socket: string,
  options: readonly string[],
): ChildProcess {
  const data = join(directory, "mariadb");
  mkdirSync(data, { mode: 0o700 });
  run("chown", "mysql", data);
  // Servers name their temporary tables by pid, and in PID namespaces side by side these are often the same.
  const temporary = join(directory, "mariadb-tmp");
  mkdirSync(temporary, { mode: 0o700 });
  run("chown", "mysql", temporary);
  const defaults = join(directory, "my.cnf");
  writeFileSync(
    defaults,
    [
      "[mariadbd]",
      "user=mysql",
      `datadir=${data}`,
      `socket=${socket}`,
      `tmpdir=${temporary}`,
      "bind-address=127.0.0.1",
      "port=3306",
    ]
      .concat(`pid-file=${join(data, "pid")}`, "innodb-flush-log-at-trx-commit=0", "skip-name-resolve")
      .concat("innodb-log-file-size=64M", "max-allowed-packet=1G", ...options, "")
      .join("\n"),
  );
  run("chmod", "1777", directory);
  if (options.some((line) => line.startsWith("ssl-"))) makeCertificate(directory);
  run("mariadb-install-db", `--defaults-file=${defaults}`, "--auth-root-authentication-method=normal");
  return begin([...enter, "mariadbd", `--defaults-file=${defaults}`]);
}

/** `certificate.pem` and `key.pem`, signed by nobody but itself, as a hospital's are. */
function makeCertificate(directory: string): void {
  const [key, certificate] = [join(directory, "key.pem"), join(directory, "certificate.pem")];
  const request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=simrs"];
  run("openssl", ...request, "-keyout", key, "-out", certificate);
  run("chown", "mysql", key, certificate);
}

function begin([file = "", ...args]: readonly string[]): ChildProcess {
  return spawn(file, args, { stdio: "ignore", env: { ...process.env, PATH: SYSTEM } });
}

function run(file: string, ...args: readonly string[]): string {
  return execFileSync(file, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: SYSTEM },
  });
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
