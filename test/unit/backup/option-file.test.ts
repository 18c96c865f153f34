import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { optionValue } from "../../../src/backup/mariadb/client.ts";

describe("option file of the MariaDB client", () => {
  it("gives back the password that was put in", () => {
    const directory = mkdtempSync(join(tmpdir(), "jeda-option-file-"));
    try {
      for (const password of [
        "plain",
        "a#b;c",
        " spaces ",
        'quo"te',
        "it's",
        "back\\slash\\n",
        "tab\tend",
        "'both\"",
      ]) {
        const file = join(directory, "my.cnf");
        writeFileSync(file, `[client]\nuser=${optionValue(password)}\n`);
        const printed = execFileSync("my_print_defaults", [`--defaults-file=${file}`, "client"], {
          encoding: "utf8",
        });
        assert.equal(printed, `--user=${password}\n`);
      }
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
