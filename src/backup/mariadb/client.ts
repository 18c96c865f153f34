/** Questions to a MariaDB server by its own client. Account and password stand in an option file on tmpfs. */
import type { BackupContext } from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import type { MariadbSource } from "../../model/hospital.ts";
import { type Outcome, run } from "../tools/command.ts";
import { accountOf, writeSecret } from "../tools/secret-file.ts";

/** Servers that let the account in only over TLS, which clients before 11.4 do not begin by themselves. */
const demandTls = new Set<string>();

function serverOf({ host, port, credentials }: MariadbSource): string {
  return `${credentials}@${host}:${port}`;
}

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
    ...(demandTls.has(serverOf(source)) ? ["ssl"] : []),
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

/** Of `name@host`, as CURRENT_USER() and definers are written. */
export function quoteAccount(account: string): string {
  const at = account.lastIndexOf("@");
  return `${quoteText(account.slice(0, at))}@${quoteText(account.slice(at + 1))}`;
}

/** Rows of all results, columns by tab. @throws BACKUP or CREDENTIALS as `explainMariadb` says. */
export async function ask(
  source: MariadbSource,
  optionFile: string,
  statements: string,
  signal: AbortSignal,
): Promise<readonly (readonly string[])[]> {
  const asked = (tls: readonly string[]): Promise<Outcome> =>
    run({
      file: "mariadb",
      args: [
        `--defaults-file=${optionFile}`,
        ...tls,
        "--batch",
        "--skip-column-names",
        "--default-character-set=utf8mb4",
      ].concat("--init-command=SET SESSION TRANSACTION READ ONLY", source.database),
      input: statements,
      signal,
    });
  let outcome = await asked(demandTls.has(serverOf(source)) ? ["--ssl"] : []);
  // The same refusal is given for a wrong password and for a connection that is not encrypted.
  if (outcome.exitCode !== 0 && /\b1045\b/.test(outcome.stderr) && !demandTls.has(serverOf(source))) {
    const encrypted = await asked(["--ssl"]);
    if (encrypted.exitCode === 0) {
      demandTls.add(serverOf(source));
      outcome = encrypted;
    }
  }
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
  if (/\b(1142|1143|1227|1370)\b/.test(stderr)) {
    return new JedaError("CREDENTIALS", `${source.name}: the account lacks a right at ${server}: ${said}`, {
      hint: `Grant it on all of the database, not by table: GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON ${quoteName(source.database)}.* TO the account.`,
    });
  }
  return new JedaError(
    "BACKUP",
    `${source.name}: the database ${source.database} at ${server} said: ${said}`,
    {
      hint: "Is the server up, the database's name right, and the vault open to its segment?",
    },
  );
}
