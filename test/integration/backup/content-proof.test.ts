/** Real MariaDB and restic: nothing is called verified that does not come back the same, and nothing else is refused. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type HospitalSources, startSources } from "../../../lab/sources/hospital-sources.ts";
import { driverFor } from "../../../src/backup/driver-for.ts";
import type { BackupContext, Saved, Verified } from "../../../src/model/driver.ts";
import { processesNaming } from "./aftermath.ts";

/** One thing to spoil in each table, and in each kind of object. */
const SCHEMA = `USE simrs;
CREATE TABLE dosed (id INT PRIMARY KEY, dose VARCHAR(20));
CREATE TABLE weighed (id INT PRIMARY KEY, weight DECIMAL(5,2));
CREATE TABLE named (id INT PRIMARY KEY, name VARCHAR(80));
CREATE TABLE defaulted (id INT PRIMARY KEY, state VARCHAR(20) DEFAULT 'none');
CREATE TABLE distinct_nik (id INT PRIMARY KEY, nik CHAR(16), UNIQUE KEY nik (nik));
CREATE TABLE referring (id INT PRIMARY KEY, dosed INT,
  CONSTRAINT cascading FOREIGN KEY (dosed) REFERENCES dosed (id) ON DELETE CASCADE);
CREATE TABLE heap (ward INT, bed CHAR(1));
CREATE TABLE coded (code CHAR(8)) COLLATE=utf8mb4_bin;
CREATE TABLE sound (id INT PRIMARY KEY, text TEXT);
INSERT INTO dosed SELECT seq, IF(seq = 7, '500 mg', '5 mg') FROM seq_1_to_500;
INSERT INTO weighed VALUES (8, 61.5), (9, NULL);
INSERT INTO named SELECT seq, CONCAT('Pasien é', seq) FROM seq_1_to_99;
INSERT INTO referring SELECT seq, seq FROM seq_1_to_20;
INSERT INTO heap VALUES (3, 'c'), (4, 'd'), (4, 'd');
INSERT INTO sound SELECT seq, REPEAT('catatan ', seq % 7) FROM seq_1_to_300;
CREATE VIEW heavy AS SELECT id FROM weighed WHERE weight > 100;
DELIMITER ;;
CREATE TRIGGER trimmed BEFORE INSERT ON sound FOR EACH ROW BEGIN
  -- somebody's words
  SET NEW.text = TRIM(NEW.text);
END;;
DELIMITER ;
`;

/** Edits of the dump's text, and what is said of each. */
const ALTERED = [
  ["s/'500 mg'/'5000 mg'/", "table dosed: its rows come back with other values"],
  ["s/(9,NULL)/(9,0)/", "table weighed: its rows come back with other values"],
  ["s/Pasien é77/Pasien Ã©77/", "table named: its rows come back with other values"],
  ["s/DEFAULT 'none'/DEFAULT 'all'/", "table defaulted: other defaults"],
  ["s/UNIQUE KEY `nik`/KEY `nik`/", "table distinct_nik: other keys"],
  ["s/ ON DELETE CASCADE//", "table referring: other foreign keys"],
  ["s/(3,'c')/(4,'d')/", "table heap: its rows come back with other values"],
  ["s/COLLATE=utf8mb4_bin/COLLATE=utf8mb4_general_ci/", "table coded: other collation, column collations"],
  ["s/> 100/> 999/", "view heavy: other body"],
  ["s/TRIM(NEW.text)/UPPER(NEW.text)/", "trigger trimmed: other body"],
] as const;

describe("what comes back of a database", () => {
  let hospital: HospitalSources;
  let windows = 0;

  before(async () => {
    hospital = await startSources();
    hospital.sql(SCHEMA);
  });
  after(() => hospital.stop());
  afterEach(() => {
    for (const tool of ["mariadb-dump", "restic"]) hospital.tools.restore(tool);
    const ours = join(dirname(hospital.shareDirectory), "runtime-");
    assert.deepEqual(processesNaming(ours), [], "a process is left");
  });

  const round = async (): Promise<Verified & { readonly saved: Saved }> => {
    const context: BackupContext = hospital.context(`window-${++windows}`);
    const driver = driverFor(hospital.records);
    const survey = await driver.survey(hospital.records, context);
    const saved = await driver.backup(hospital.records, survey, context, () => {});
    const options = { sampleFiles: 0, databases: "load", seed: 1 } as const;
    return { saved, ...(await driver.verify(hospital.records, saved, context, options)) };
  };
  const entered = (): string =>
    `nsenter --net=/run/netns/$(ls /run/netns | grep jeda-backup-${process.pid}) "$REAL" "$@"`;

  it("is the same, value by value", async () => {
    const { verified, findings, proof } = await round();
    assert.equal(verified, true, findings.join("\n"));
    assert.deepEqual(proof, { kind: "content", fraction: 1, oldestUnprovedAt: null, differences: [] });
  });

  it("is not verified when it was altered on the way, and each alteration is named", async () => {
    const edits = join(hospital.directory, "edits.sed");
    writeFileSync(edits, `${ALTERED.map(([edit]) => edit).join("\n")}\n`);
    hospital.tools.replace("mariadb-dump", `${entered()} | sed -f ${edits}`);
    const { verified, findings, proof } = await round();
    assert.equal(verified, false);
    assert.deepEqual(
      [...proof.differences].sort(),
      ALTERED.map(([, said]) => said).sort(),
      findings.join("\n"),
    );
  });

  it("is not verified when it was altered in the repository", async () => {
    hospital.tools.replace(
      "restic",
      `case "$*" in *" dump "*) "$REAL" "$@" | sed "s/'500 mg'/'900 mg'/";; *) exec "$REAL" "$@";; esac`,
    );
    const { verified, proof } = await round();
    assert.equal(verified, false);
    assert.deepEqual(proof.differences, [ALTERED[0][1]]);
  });

  it("is not saved when a table was cut out of it", async () => {
    const cut = "/^-- Table structure for table `heap`/,/^UNLOCK TABLES/d";
    hospital.tools.replace("mariadb-dump", `${entered()} | sed '${cut}'`);
    await assert.rejects(round(), { code: "BACKUP", message: /table heap is not in it/ });
  });

  it("is loaded by the plain client as it is documented, proof and all", async () => {
    const { saved } = await round();
    hospital.sql("CREATE DATABASE salinan CHARACTER SET latin1;");
    hospital.sql(`USE salinan;\n${hospital.restic("dump", saved.snapshot, "/records/simrs.sql")}`);
    assert.equal(hospital.sql("SELECT COUNT(*), MAX(dose) FROM salinan.dosed;").trim(), "500\t500 mg");
    const charset = "SELECT default_character_set_name FROM information_schema.schemata";
    assert.equal(hospital.sql(`${charset} WHERE schema_name = 'salinan';`).trim(), "utf8mb4");
  });

  it("is verified as before, and said not to be compared, where the snapshot holds no proof", async () => {
    const context = hospital.context(`window-${++windows}`);
    const driver = driverFor(hospital.records);
    const survey = await driver.survey(hospital.records, context);
    const saved = await driver.backup(hospital.records, survey, context, () => {});
    const lines = hospital.restic("dump", saved.snapshot, "/records/simrs.sql").split("\n");
    const former = lines.filter((line) => !line.startsWith("-- jeda proof ")).join("\n");
    hospital.tools.replace(
      "restic",
      `case "$*" in *" dump "*) "$REAL" "$@" | sed '/^-- jeda proof /d';; *) exec "$REAL" "$@";; esac`,
    );
    const options = { sampleFiles: 0, databases: "load", seed: 1 } as const;
    const old = { ...saved, bytes: Buffer.byteLength(former) };
    const { verified, findings, proof } = await driver.verify(hospital.records, old, context, options);
    assert.equal(verified, true, findings.join("\n"));
    assert.match(findings.join("\n"), /Contents were not compared: the snapshot was made without a proof/);
    assert.equal(proof.kind, "none");
  });
});
