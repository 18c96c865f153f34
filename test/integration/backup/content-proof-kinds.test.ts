/** Real MariaDB: every type of column and kind of object comes back verified, and people may write all the while. */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { type HospitalSources, startSources } from "../../../lab/sources/hospital-sources.ts";
import { driverFor } from "../../../src/backup/driver-for.ts";
import type { Saved, Verified } from "../../../src/model/driver.ts";
import { EVERY_KIND } from "./every-kind.ts";

/** People at work: rows come, change and go, several statements a millisecond. */
const CHURN = `CREATE DATABASE people; USE people;
DELIMITER ;;
CREATE PROCEDURE work(seconds INT, who INT) BEGIN
  DECLARE until_then DATETIME DEFAULT SYSDATE() + INTERVAL seconds SECOND;
  DECLARE n INT DEFAULT 0;
  WHILE SYSDATE() < until_then DO
    SET n = n + 1;
    INSERT INTO simrs.queue (who, note) VALUES (who, CONCAT('pasien ', n));
    UPDATE simrs.queue SET note = CONCAT(note, '.') WHERE id = 1 + (n * 7) % 20000;
    IF n % 2 = 0 THEN DELETE FROM simrs.queue WHERE who = who AND id > 20000 LIMIT 1; END IF;
    UPDATE simrs.flags SET state = 1 - state WHERE id = who;
  END WHILE;
END;;
DELIMITER ;
CREATE TABLE simrs.queue (id INT PRIMARY KEY AUTO_INCREMENT, who INT, note TEXT);
CREATE TABLE simrs.flags (id INT PRIMARY KEY, state INT);
INSERT INTO simrs.queue (who, note) SELECT 0, 'lama' FROM simrs.seq_1_to_20000;
INSERT INTO simrs.flags VALUES (1, 0), (2, 0), (3, 0);
`;

describe("everything that a database can hold", () => {
  let hospital: HospitalSources;
  let windows = 0;

  before(async () => {
    hospital = await startSources();
    hospital.sql(EVERY_KIND);
  });
  after(() => hospital.stop());

  const round = async (): Promise<Verified & { readonly saved: Saved }> => {
    const context = hospital.context(`window-${++windows}`);
    const driver = driverFor(hospital.records);
    const survey = await driver.survey(hospital.records, context);
    const saved = await driver.backup(hospital.records, survey, context, () => {});
    const options = { sampleFiles: 0, databases: "load", seed: 1 } as const;
    return { saved, ...(await driver.verify(hospital.records, saved, context, options)) };
  };

  it("comes back the same", async () => {
    const { verified, findings, proof } = await round();
    assert.deepEqual(proof.differences, [], findings.join("\n"));
    assert.equal(proof.fraction, 1, findings.join("\n"));
    assert.equal(verified, true, findings.join("\n"));
  });

  it("is named where mariadb-dump itself can't keep it", async () => {
    hospital.sql(`SET NAMES utf8mb4; USE simrs;
      CREATE TABLE results (id INT PRIMARY KEY, value FLOAT);
      INSERT INTO results VALUES (1, 1234567);
      CREATE TABLE pain (id INT, scale ENUM('🙂 ringan', '😭 berat') CHARACTER SET utf8mb4);
      INSERT INTO pain VALUES (1, 1), (2, 2);`);
    const { verified, proof } = await round();
    assert.equal(verified, false);
    assert.deepEqual([...proof.differences].sort(), [
      "table pain: its rows come back with other values",
      "table results: its rows come back with other values; mariadb-dump writes FLOAT with six digits only",
    ]);
  });

  it("is never called different because people write to it", async () => {
    hospital.sql(`DROP TABLE IF EXISTS simrs.results, simrs.pain; ${CHURN}`);
    const socket = join(hospital.directory, "mariadb.sock");
    const writers: ChildProcess[] = [1, 2, 3].map((who) => {
      const args = [
        "--no-defaults",
        `--socket=${socket}`,
        "--user=root",
        "-e",
        `CALL people.work(600, ${who})`,
      ];
      return spawn("/usr/bin/mariadb", args, { stdio: "ignore" });
    });
    try {
      const { verified, findings, proof } = await round();
      assert.deepEqual(proof.differences, [], findings.join("\n"));
      assert.equal(verified, true, findings.join("\n"));
      const named = findings.filter((finding) => /\d+ of 256 parts could not be compared/.test(finding));
      assert.equal(proof.fraction === 1, named.length === 0, findings.join("\n"));
    } finally {
      for (const writer of writers) writer.kill("SIGKILL");
    }
  });
});
