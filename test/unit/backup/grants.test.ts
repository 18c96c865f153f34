import assert from "node:assert/strict";
import { missingGrants } from "../../../src/backup/mariadb/grants.ts";

const ACCOUNT = "jeda-backup@%";
const PROC = "GRANT SELECT ON `mysql`.`proc` TO `jeda-backup`@`%`";
const missing = (...lines: readonly string[]): readonly string[] => missingGrants(lines, "simrs", ACCOUNT);

describe("an account's grants", () => {
  it("are enough with what a dump reads, from any level and any role", () => {
    const enough: readonly (readonly string[])[] = [
      ["GRANT SELECT, LOCK TABLES, SHOW VIEW, EVENT, TRIGGER ON `simrs`.* TO `jeda-backup`@`%`", PROC],
      ["GRANT SELECT, SHOW VIEW, EVENT, TRIGGER ON *.* TO `jeda-backup`@`%` IDENTIFIED BY PASSWORD '*B69'"],
      ["GRANT ALL PRIVILEGES ON *.* TO `jeda-backup`@`%` WITH GRANT OPTION"],
      ["GRANT ALL PRIVILEGES ON `sim%`.* TO `reader`", PROC, "GRANT `reader` TO `jeda-backup`@`%`"],
      ["GRANT SELECT ON `sim_s`.* TO `a`", "GRANT SHOW VIEW, EVENT, TRIGGER ON `simrs`.* TO `a`", PROC],
      ["GRANT SELECT, SHOW VIEW, EVENT, TRIGGER, SHOW CREATE ROUTINE ON `simrs`.* TO `jeda-backup`@`%`"],
      ["GRANT SELECT, SHOW VIEW, EVENT, TRIGGER ON `simrs`.* TO `a`", "GRANT SELECT ON `mysql`.* TO `a`"],
    ];
    for (const lines of enough) assert.deepEqual(missing(...lines), [], lines.join("; "));
  });

  it("that are missing are named as the statement that gives them", () => {
    const all = "GRANT SELECT, SHOW VIEW, TRIGGER, EVENT ON `simrs`.* TO 'jeda-backup'@'%';";
    assert.deepEqual(missing("GRANT USAGE ON *.* TO `jeda-backup`@`%`", PROC), [all]);
    assert.deepEqual(missing("GRANT SELECT, SHOW VIEW, EVENT ON `simrs`.* TO `a`"), [
      "GRANT TRIGGER ON `simrs`.* TO 'jeda-backup'@'%';",
      "GRANT SELECT ON mysql.proc TO 'jeda-backup'@'%';",
    ]);
  });

  it("on single tables, columns or other databases are not those on the database", () => {
    const rest = "GRANT SHOW VIEW, EVENT, TRIGGER ON `simrs`.* TO `a`";
    const select = ["GRANT SELECT ON `simrs`.* TO 'jeda-backup'@'%';"];
    for (const line of [
      "GRANT SELECT ON `simrs`.`patients` TO `a`",
      "GRANT SELECT (`id`, `name`) ON `simrs`.`patients` TO `a`",
      "GRANT SELECT ON `simrs2`.* TO `a`",
      "GRANT SELECT ON `sim\\\\_s`.* TO `a`",
      "GRANT EXECUTE ON PROCEDURE `simrs`.`several` TO `a`",
    ])
      assert.deepEqual(missing(rest, PROC, line), select, line);
  });
});
