/** Real MariaDB and restic: a dump becomes a snapshot only when it is whole, and is loaded to prove it. */
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { type HospitalSources, startSources } from "../../../lab/sources/hospital-sources.ts";
import { driverFor } from "../../../src/backup/driver-for.ts";
import { countStored } from "../../../src/backup/mariadb/records.ts";
import type { BackupContext, Saved, Verified, VerifyOptions } from "../../../src/model/driver.ts";
import { processesNaming } from "./aftermath.ts";

const SCHEMA = `USE simrs;
CREATE TABLE patients (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(80) NOT NULL, photo BLOB,
  initial CHAR(1) AS (LEFT(name, 1)) STORED);
CREATE TABLE audit (id INT PRIMARY KEY AUTO_INCREMENT, text TEXT);
CREATE TABLE empty_table (id INT);
INSERT INTO patients (name, photo) SELECT CONCAT('Pasien ''', seq, '''),(;'), UNHEX('00275C0A') FROM seq_1_to_20000;
CREATE DEFINER='dokter'@'%' VIEW initials AS SELECT initial, COUNT(*) AS many FROM patients GROUP BY initial;
CREATE EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM audit;
DELIMITER ;;
CREATE TRIGGER noted AFTER INSERT ON patients FOR EACH ROW BEGIN
  -- don't lose track
  INSERT INTO audit (text) VALUES (NEW.name);
END;;
CREATE FUNCTION twice(x INT) RETURNS INT DETERMINISTIC RETURN 2 * x;;
DELIMITER ;
`;

describe("a database", () => {
  let hospital: HospitalSources;
  let windows = 0;

  before(async () => {
    hospital = await startSources();
    hospital.sql(SCHEMA);
  });
  after(() => hospital.stop());
  afterEach(() => {
    for (const tool of ["mariadb-dump", "restic", "mariadbd"]) hospital.tools.restore(tool);
    const ours = join(dirname(hospital.shareDirectory), "runtime-");
    assert.deepEqual(processesNaming(ours), [], "a process is left");
  });

  const nextWindow = (): BackupContext => hospital.context(`window-${++windows}`);
  const save = async (context: BackupContext): Promise<Saved> => {
    const driver = driverFor(hospital.records);
    return driver.backup(hospital.records, await driver.survey(hospital.records, context), context, () => {});
  };
  const options: VerifyOptions = { sampleFiles: 0, databases: "load", seed: 1 };
  const verify = (saved: Saved, context: BackupContext, change = options): Promise<Verified> =>
    driverFor(hospital.records).verify(hospital.records, saved, context, change);
  const snapshots = (): readonly { id: string }[] => JSON.parse(hospital.restic("snapshots", "--json"));
  const refused = async (message: RegExp): Promise<void> => {
    const before = snapshots().length;
    await assert.rejects(save(nextWindow()), { code: "BACKUP", message });
    assert.equal(snapshots().length, before, "a snapshot was made of a bad dump");
  };

  it("is dumped, loaded elsewhere and equal", async () => {
    const context = nextWindow();
    await driverFor(hospital.records).preflight(hospital.records, context);
    const saved = await save(context);
    assert.equal(saved.items, 20_000);
    const { verified, findings } = await verify(saved, context);
    assert.equal(verified, true, findings.join(" "));
    assert.match(
      findings.join(" "),
      /Loaded .*3 tables with the same counts, 4 views, triggers and routines/,
    );
    assert.deepEqual(readdirSync(`${context.runtimeDir}/scratch`), []);
    const dump = hospital.restic("dump", saved.snapshot, "/records/simrs.sql");
    assert.equal(Buffer.byteLength(dump), saved.bytes);
  });

  it("that people write to is saved, and says how it grew", async () => {
    const context = nextWindow();
    const driver = driverFor(hospital.records);
    const survey = await driver.survey(hospital.records, context);
    hospital.sql("USE simrs; INSERT INTO patients (name) VALUES ('baru');");
    const saved = await driver.backup(hospital.records, survey, context, () => {});
    assert.match(saved.findings.join(" "), /patients grew from 20000 to 20001, saved with 20001/);
    hospital.sql("USE simrs; DELETE FROM patients WHERE name = 'baru'; DELETE FROM audit;");
  });

  it("whose dump is killed half way makes no snapshot", async () => {
    hospital.tools.replace(
      "mariadb-dump",
      `exec nsenter --net=/run/netns/$(ls /run/netns | grep jeda-backup-${process.pid}) sh -c '
         "$0" "$@" | { head -c 300000; kill -9 $$; }' "$REAL" "$@"`,
    );
    await refused(/SIGKILL|exit code/);
  });

  const enter = (): string =>
    `nsenter --net=/run/netns/$(ls /run/netns | grep jeda-backup-${process.pid}) "$REAL" "$@"`;

  it("whose dump is cut short but ends with 0 makes no snapshot", async () => {
    hospital.tools.replace("mariadb-dump", `${enter()} | head -c 300000; exit 0`);
    await refused(/cut short/);
  });

  it("whose dump lacks rows makes no snapshot", async () => {
    hospital.tools.replace("mariadb-dump", `${enter()} | sed "/Pasien .'123.')/d"`);
    await refused(/patients has 19999 rows in it, expected 20000/);
  });

  it("whose dump lacks a trigger makes no snapshot", async () => {
    hospital.tools.replace("mariadb-dump", `${enter().replace('"$@"', '"$@" --skip-triggers')}`);
    await refused(/trigger noted is not in it/);
  });

  it("is not verified by the snapshot of an earlier window", async () => {
    const earlier = await save(nextWindow());
    const { verified, findings } = await verify(earlier, nextWindow());
    assert.equal(verified, false);
    assert.match(findings.join(), /not made by this window/);
  });

  it("that does not come back as it was saved is not verified", async () => {
    const context = nextWindow();
    const saved = await save(context);
    for (const [damage, said] of [
      [`sed "/Pasien .'77.')/d"`, /19999 rows, but 20000 were reported/],
      ["head -c 200000", /loaded|trailer|read back/],
      [`sed 's/CREATE TABLE .audit./CREATE TABEL audit/'`, /could not be loaded: ERROR 1064/],
    ] as const) {
      hospital.tools.replace(
        "restic",
        `case "$*" in *" dump "*) "$REAL" "$@" | ${damage};; *) exec "$REAL" "$@";; esac`,
      );
      const { verified, findings } = await verify(saved, context);
      assert.equal(verified, false);
      assert.match(findings.join(), said);
    }
  });

  it("is read back without loading where the runbook says so", async () => {
    const context = nextWindow();
    const { verified, findings } = await verify(await save(context), context, {
      ...options,
      databases: "skip",
    });
    assert.equal(verified, true);
    assert.match(findings.join(), /not loaded/);
  });

  it("with wrong passwords is not saved", async () => {
    const context = nextWindow();
    const wrong = (name: string): BackupContext => {
      const credentials = { ...context.credentials, [name]: { user: "jeda-backup", password: "salah" } };
      return { ...context, credentials };
    };
    await assert.rejects(driverFor(hospital.records).survey(hospital.records, wrong("database")), {
      code: "CREDENTIALS",
    });
    await assert.rejects(save(wrong("repository")), { code: "CREDENTIALS", message: /repository.*wrong/ });
  });

  it("is stopped with the window", async () => {
    const before = snapshots().length;
    const stop = new AbortController();
    const context = { ...nextWindow(), signal: stop.signal };
    const driver = driverFor(hospital.records);
    const survey = await driver.survey(hospital.records, context);
    const saving = driver.backup(hospital.records, survey, context, () => stop.abort("operator"));
    await assert.rejects(saving, { code: "BACKUP", message: /stopped before it was complete: operator/ });
    assert.equal(snapshots().length, before);
  });

  it("counts stored records, and nothing but that", async () => {
    const context = nextWindow();
    const count = (query: string): Promise<number> => countStored(hospital.records, query, context);
    assert.equal(await count("SELECT COUNT(*) FROM patients WHERE id <= 100;"), 100);
    await assert.rejects(count("SELECT id FROM patients LIMIT 2"), { code: "CONFIG" });
    await assert.rejects(count("SELECT name FROM patients LIMIT 1"), { code: "CONFIG" });
    hospital.sql("GRANT DELETE ON simrs.* TO 'jeda-backup'@'%';");
    await assert.rejects(count("DELETE FROM patients"), { message: /READ ONLY/ });
  });
});
