/** The two servers themselves: Samba and MariaDB, as a hospital has them set up. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SYSTEM } from "./wired-tools.ts";

/** Values that must be found nowhere but in files of mode 0600. */
export const SECRETS = {
  repository: "Repo#Kata\\Sandi'9",
  share: "Berkas#Kata Sandi\\9",
  database: 'Basis#Kata"Sandi\\9',
} as const;

export function startSamba(enter: readonly string[], directory: string, share: string): ChildProcess {
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

export function startMariadb(
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

export function run(file: string, ...args: readonly string[]): string {
  return execFileSync(file, args, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
    env: { PATH: SYSTEM },
  });
}
