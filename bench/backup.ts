/** A share and a database: saved, compared with the source and verified by jeda; saved by the line one would type. */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type HospitalSources, startSources } from "../lab/sources/hospital-sources.ts";
import { SECRETS } from "../lab/sources/servers.ts";
import { driverFor } from "../src/backup/driver-for.ts";
import type { Source } from "../src/model/hospital.ts";
import { inPairs, type Pair } from "./ratio.ts";

export interface Size {
  readonly rounds: number;
  readonly files: number;
  readonly rows: number;
}

export interface Comparison {
  readonly what: string;
  readonly peer: string;
  readonly pairs: readonly Pair[];
}

const bytesAFile = 256 * 1024;

/** Every attempt saves other content, so that the repository holds nothing of it yet. */
export async function compareBackups({ rounds, files, rows }: Size): Promise<readonly Comparison[]> {
  const hospital = await startSources();
  const { share, records } = hospital;
  const fillShare = async (): Promise<void> => fill(hospital.shareDirectory, files);
  const fillTable = async (): Promise<void> => void hospital.sql(insertion(rows));
  try {
    return [
      {
        what: `share, ${files} files of ${bytesAFile / 1024} KiB`,
        peer: "smbclient mget, then restic",
        pairs: await inPairs(
          rounds,
          { prepare: fillShare, work: (round) => byJeda(hospital, share, `share-${round}`) },
          { prepare: fillShare, work: () => typed(copyThenSave(hospital)) },
        ),
      },
      {
        what: `database, ${rows} rows`,
        peer: "mariadb-dump | restic",
        pairs: await inPairs(
          rounds,
          { prepare: fillTable, work: (round) => byJeda(hospital, records, `records-${round}`) },
          { prepare: fillTable, work: () => typed(dumpIntoSave(hospital)) },
        ),
      },
    ];
  } finally {
    await hospital.stop();
  }
}

async function byJeda(hospital: HospitalSources, source: Source, window: string): Promise<void> {
  const driver = driverFor(source);
  const context = hospital.context(window);
  const saved = await driver.backup(source, await driver.survey(source, context), context, () => {});
  const options = { sampleFiles: 10, databases: "load", seed: 7 } as const;
  const { verified, findings } = await driver.verify(source, saved, context, options);
  if (!verified) throw new Error(`a figure of what is not verified says nothing: ${findings.join("; ")}`);
}

/** What people do without jeda: no list to compare with, no second count, nothing restored. */
function typed(line: string): Promise<unknown> {
  return promisify(execFile)("bash", ["-o", "pipefail", "-c", line]);
}

function copyThenSave(hospital: HospitalSources): string {
  const file = join(hospital.directory, "bench-share");
  writeFileSync(file, `username = jeda-backup\npassword = ${SECRETS.share}\n`, { mode: 0o600 });
  const copy = join(hospital.directory, "copy");
  const get = `smbclient //127.0.0.1/office -A '${file}' -c 'prompt off; recurse on; lcd ${copy}; mget *'`;
  return `rm -rf '${copy}' && mkdir '${copy}' && ${get} && ${restic(hospital)} backup '${copy}'`;
}

function dumpIntoSave(hospital: HospitalSources): string {
  const file = join(hospital.directory, "bench-database");
  const password = SECRETS.database.replaceAll("\\", "\\\\").replaceAll('"', '\\"');
  const lines = ["[client]", "host=127.0.0.1", "user=jeda-backup", `password="${password}"`, ""];
  writeFileSync(file, lines.join("\n"), { mode: 0o600 });
  const dump = `mariadb-dump --defaults-extra-file='${file}' --single-transaction simrs`;
  return `${dump} | ${restic(hospital)} backup --stdin --stdin-filename simrs.sql`;
}

function restic({ directory }: HospitalSources): string {
  const password = join(directory, "repository-password");
  return `restic --repo '${directory}/repository' --password-file '${password}' --no-cache --quiet`;
}

let content = 0;

/** Incompressible, and the same in every run of the bench. */
function fill(directory: string, files: number): void {
  const target = join(directory, "berkas");
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target);
  for (let index = 0; index < files; index++) writeFileSync(join(target, `${index}.bin`), noise(++content));
}

function noise(seed: number): Buffer {
  const bytes = Buffer.alloc(bytesAFile);
  let state = BigInt(seed);
  for (let at = 0; at < bytes.length; at += 8) {
    // Knuth's MMIX generator: its upper bits are even enough not to be compressed.
    state = (state * 6364136223846793005n + 1442695040888963407n) & 0xffffffffffffffffn;
    bytes.writeBigUInt64LE(state ^ (state >> 29n), at);
  }
  return bytes;
}

function insertion(rows: number): string {
  return `USE simrs; DROP TABLE IF EXISTS kunjungan;
    CREATE TABLE kunjungan (id INT PRIMARY KEY, catatan CHAR(64)) ENGINE=InnoDB;
    INSERT INTO kunjungan SELECT seq, SHA2(CONCAT(${++content}, '-', seq), 256) FROM seq_1_to_${rows};`;
}
