/** Real MariaDB and restic: nothing is called verified that does not come back the same, and nothing else is refused. */
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { driverFor } from "../../../src/backup/driver-for.ts";
import type { BackupContext, Saved, Verified } from "../../../src/model/driver.ts";
import { processesNaming } from "./aftermath.ts";
import { type HospitalSources, startSources } from "./hospital-sources.ts";

const SCHEMA = `USE simrs;
CREATE TABLE patients (id INT PRIMARY KEY AUTO_INCREMENT, name VARCHAR(80) NOT NULL, dose VARCHAR(20) DEFAULT 'none',
  weight DECIMAL(5,2), nik CHAR(16) UNIQUE);
CREATE TABLE visits (id INT PRIMARY KEY, patient INT, note TEXT,
  FOREIGN KEY (patient) REFERENCES patients (id) ON DELETE RESTRICT);
INSERT INTO patients (name, dose, weight, nik)
  SELECT CONCAT('Pasien é', seq), IF(seq = 7, '500 mg', '5 mg'), NULLIF(seq, 9), LPAD(seq, 16, '0') FROM seq_1_to_500;
INSERT INTO visits SELECT seq, seq, REPEAT('catatan ', seq % 7) FROM seq_1_to_300;
CREATE VIEW heavy AS SELECT id, name FROM patients WHERE weight > 100;
DELIMITER ;;
CREATE TRIGGER checked BEFORE INSERT ON visits FOR EACH ROW BEGIN
  -- somebody's words
  SET NEW.note = TRIM(NEW.note);
END;;
DELIMITER ;
`;

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

  const alterations: readonly (readonly [what: string, script: string, difference: RegExp])[] = [
    [
      "one value",
      "sed s/\"'500 mg'\"/\"'5000 mg'\"/",
      /table patients: its 500 rows come back with other values/,
    ],
  ];
  for (const [what, script, difference] of alterations) {
    it(`is not verified with ${what} changed on the way`, async () => {
      hospital.tools.replace(
        "mariadb-dump",
        `case "$*" in *--help*) exec "$REAL" "$@";; esac\n${entered()} | ${script}`,
      );
      const { verified, findings, proof } = await round();
      assert.equal(verified, false);
      assert.match(proof.differences.join("\n"), difference, findings.join("\n"));
    });
  }
});
