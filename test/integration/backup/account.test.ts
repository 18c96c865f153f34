/** Real MariaDB: what the backup account may not see, and how it is let in, is found before anything is believed. */
import assert from "node:assert/strict";
import { type HospitalSources, startSources } from "../../../lab/sources/hospital-sources.ts";
import { driverFor } from "../../../src/backup/driver-for.ts";
import type { Saved, Survey, Verified } from "../../../src/model/driver.ts";

const TLS = ["ssl-cert={directory}/certificate.pem", "ssl-key={directory}/key.pem"];
const ON = "ON simrs.* ";
const ACCOUNT = "'jeda-backup'@'%'";

describe("the account of a database", () => {
  let hospital: HospitalSources;
  let windows = 0;

  before(async () => {
    hospital = await startSources([...TLS, "event-scheduler=DISABLED"]);
    hospital.sql(
      "USE simrs; CREATE TABLE patients (id INT PRIMARY KEY); INSERT INTO patients VALUES (1), (2);",
    );
  });
  after(() => hospital.stop());

  const survey = (): Promise<Survey> =>
    driverFor(hospital.records).survey(hospital.records, hospital.context(`window-${++windows}`));
  const round = async (): Promise<Verified & { readonly saved: Saved }> => {
    const context = hospital.context(`window-${++windows}`);
    const driver = driverFor(hospital.records);
    const surveyed = await driver.survey(hospital.records, context);
    const saved = await driver.backup(hospital.records, surveyed, context, () => {});
    const options = { sampleFiles: 0, databases: "load", seed: 1 } as const;
    return { saved, ...(await driver.verify(hospital.records, saved, context, options)) };
  };

  it("without a right that a dump needs is refused with the statement that gives it", async () => {
    hospital.sql(`REVOKE TRIGGER ${ON} FROM ${ACCOUNT}; REVOKE SELECT ON mysql.proc FROM ${ACCOUNT};`);
    const statements = [
      "GRANT TRIGGER ON `simrs`.* TO 'jeda-backup'@'%';",
      "GRANT SELECT ON mysql.proc TO 'jeda-backup'@'%';",
    ];
    await assert.rejects(survey(), (error: Error & { code: string; hint: string }) => {
      assert.equal(error.code, "CREDENTIALS");
      assert.equal(error.hint, statements.join(" "));
      return true;
    });
    // What is asked for is what helps.
    hospital.sql(statements.join("\n"));
    await survey();
  });

  it("that sees single tables only is refused: it does not see what the others are", async () => {
    hospital.sql(`REVOKE SELECT ${ON} FROM ${ACCOUNT}; GRANT SELECT ON simrs.patients TO ${ACCOUNT};`);
    await assert.rejects(survey(), { code: "CREDENTIALS", message: /GRANT SELECT ON `simrs`\.\* TO/ });
    hospital.sql(`CREATE ROLE reader; GRANT SELECT ${ON} TO reader; GRANT reader TO ${ACCOUNT};
      SET DEFAULT ROLE reader FOR ${ACCOUNT};`);
    await survey();
  });

  it("that is let in over TLS alone is let in", async () => {
    hospital.sql(`ALTER USER ${ACCOUNT} REQUIRE SSL;`);
    const { items } = await survey();
    assert.equal(items, 2);
  });

  it("to whom a server with a disabled scheduler shows no events has no whole backup", async () => {
    const { verified, findings, proof, saved } = await round();
    assert.equal(verified, false);
    assert.match(saved.findings.join(" "), /Events are not saved: .* DISABLED/);
    assert.match(findings.join(" "), /Not whole: whether there are events/);
    assert.equal(proof.fraction < 1, true);
    hospital.sql(`GRANT SELECT ON mysql.event TO ${ACCOUNT};`);
    const second = await round();
    assert.equal(second.verified, true, second.findings.join("\n"));
  });
});
