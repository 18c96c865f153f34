/** The template of the database server's data directory. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { JedaError } from "../../src/model/errors.ts";
import { labCredentials } from "../access/credentials.ts";
import { mariadbConfig } from "../machines/host-files.ts";
import type { LabSize } from "../state.ts";
import type { Template } from "./cache.ts";
import { insertStatements, simrsRows } from "./simrs-rows.ts";
import { simrsObjects, simrsSchema } from "./simrs-schema.ts";

/** Where templates that need a process are made: in a namespace of the lab, so that `down` finds it. */
export interface Workshop {
  /** Argv prefix that enters it. */
  readonly enter: readonly string[];
  /** A short path, for sockets. */
  readonly directory: string;
}

function* statements(size: LabSize): Generator<string> {
  const { mariadbBackup, mariadbService } = labCredentials;
  yield "SET sql_log_bin=0; CREATE DATABASE simrs CHARACTER SET utf8mb4; USE simrs;\n";
  yield simrsSchema;
  yield "SET unique_checks=0; SET foreign_key_checks=0; SET autocommit=0;\n";
  for (const rows of simrsRows(size)) yield* insertStatements(rows);
  yield "COMMIT;\n";
  yield simrsObjects;
  yield `CREATE USER '${mariadbService.user}'@'localhost' IDENTIFIED BY '${mariadbService.password}';
GRANT SELECT, INSERT ON simrs.* TO '${mariadbService.user}'@'localhost';
CREATE USER '${mariadbBackup.user}'@'%' IDENTIFIED BY '${mariadbBackup.password}';
GRANT SELECT, SHOW VIEW, TRIGGER, EVENT, LOCK TABLES ON simrs.* TO '${mariadbBackup.user}'@'%';
GRANT SELECT ON mysql.proc TO '${mariadbBackup.user}'@'%';
GRANT PROCESS ON *.* TO '${mariadbBackup.user}'@'%';
`;
}

async function make(directory: string, size: LabSize, workshop: Workshop): Promise<void> {
  const [program = "env", ...enter] = workshop.enter;
  const socket = join(workshop.directory, "simrs.sock");
  const config = join(workshop.directory, "simrs.cnf");
  await mkdir(workshop.directory, { recursive: true, mode: 0o700 });
  await writeFile(config, mariadbConfig(directory, socket, size, { network: false, user: "root" }));
  const run = (...argv: string[]) => execa(program, [...enter, ...argv]);
  // As root: the cache is the user's, and the server's own account need not be able to reach into it.
  await run(
    "mariadb-install-db",
    `--defaults-file=${config}`,
    "--skip-test-db",
    "--auth-root-authentication-method=socket",
  );
  const server = execa(program, [...enter, "mariadbd", `--defaults-file=${config}`], {
    reject: false,
    all: true,
  });
  let ended = false;
  void server.finally(() => {
    ended = true;
  });
  const client = [`--socket=${socket}`, "--user=root", "--default-character-set=utf8mb4"];
  for (let round = 0; ; round++) {
    const { failed } = await execa("mariadb-admin", [...client, "ping"], { reject: false });
    if (!failed) break;
    if (ended || round > 300) {
      if (!ended) server.kill("SIGKILL");
      throw new JedaError(
        "INTERNAL",
        `the template's database does not start: ${(await server).all.slice(-1500)}`,
      );
    }
    await sleep(100);
  }
  try {
    await execa("mariadb", client, { stdin: statements(size) });
  } finally {
    await execa("mariadb-admin", [...client, "shutdown"], { reject: false });
    await server;
  }
  await rm(config);
  await execa("chown", ["-R", "mysql:mysql", directory]);
  await execa("chmod", ["750", directory]);
}

export async function simrsTemplate(size: LabSize, workshop: Workshop): Promise<Template> {
  const { stdout } = await execa("mariadbd", ["--version"]);
  const { stdout: account } = await execa("id", ["mysql"]);
  return {
    name: `simrs-${size}`,
    ingredients: [stdout, account, size, JSON.stringify(labCredentials)],
    sources: [
      "./simrs.ts",
      "./simrs-rows.ts",
      "./simrs-schema.ts",
      "./simrs-words.ts",
      "./random.ts",
      "../machines/host-files.ts",
    ].map((file) => new URL(file, import.meta.url)),
    make: (directory) => make(directory, size, workshop),
  };
}
