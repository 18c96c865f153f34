/** Questions to a MariaDB server by its own client. Account and password stand in an option file on tmpfs. */
import type { BackupContext } from "../model/driver.ts";
import { JedaError } from "../model/errors.ts";
import type { MariadbSource } from "../model/hospital.ts";
import { run } from "./command.ts";
import { accountOf, writeSecret } from "./secret-file.ts";

/** Path of the option file for `--defaults-file`, which keeps the host's own my.cnf out. @throws CREDENTIALS */
export async function writeOptionFile(source: MariadbSource, context: BackupContext): Promise<string> {
  const account = accountOf(context.credentials, source.credentials, `Source ${source.name}`);
  const lines = [
    "[client]",
    "protocol=tcp",
    `host=${source.host}`,
    `port=${source.port}`,
    `user=${optionValue(account.user)}`,
    `password=${optionValue(account.password)}`,
    // Clients since 11.4 demand a server whose certificate they can check, and refuse one without TLS, as most of a
    // hospital's are: https://mariadb.com/docs/server/security/encryption/data-in-transit-encryption
    "skip-ssl-verify-server-cert",
    "[mariadb-client]",
    "connect-timeout=10",
    "",
  ];
  return writeSecret(context.runtimeDir, `${source.name}.cnf`, lines.join("\n"));
}

/** In quotes, or `#` would begin a comment; only the backslash has a meaning inside. */
export function optionValue(value: string): string {
  return `"${value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll("\r", "\\r").replaceAll("\t", "\\t")}"`;
}

export function quoteName(name: string): string {
  return `\`${name.replaceAll("`", "``")}\``;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "''")}'`;
}

/** Rows of all results, columns by tab. @throws BACKUP or CREDENTIALS as `explainMariadb` says. */
export async function ask(
  source: MariadbSource,
  optionFile: string,
  statements: string,
  signal: AbortSignal,
): Promise<readonly (readonly string[])[]> {
  const outcome = await run({
    file: "mariadb",
    args: [
      `--defaults-file=${optionFile}`,
      "--batch",
      "--skip-column-names",
      "--default-character-set=utf8mb4",
    ].concat("--init-command=SET SESSION TRANSACTION READ ONLY", source.database),
    input: statements,
    signal,
  });
  signal.throwIfAborted();
  if (outcome.exitCode !== 0) throw explainMariadb(source, outcome.stderr);
  const lines = outcome.stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => line.split("\t"));
}

/** The sentence for what a client or a dump said on standard error. */
export function explainMariadb(source: MariadbSource, stderr: string): JedaError {
  const said = stderr.trim().split("\n").at(-1) || "nothing";
  const server = `${source.host}:${source.port}`;
  if (/\b(1045|1698|1044)\b/.test(stderr)) {
    return new JedaError(
      "CREDENTIALS",
      `${source.name}: ${server} refused "${source.credentials}": ${said}`,
      {
        hint: "Compare user and password in the stack's secrets with the server's, and from which hosts it lets them in.",
      },
    );
  }
  return new JedaError(
    "BACKUP",
    `${source.name}: the database ${source.database} at ${server} said: ${said}`,
    {
      hint: "Is the server up, the database's name right, and the vault open to its segment?",
    },
  );
}
