/** Where the passwords of a whole window are, and where they are not: judged beside the rest of that window. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { labHosts } from "../../lab/hospital.ts";
import { backendDir } from "../../lab/state.ts";
import { secrets, secretsIn } from "./secrets.ts";
import type { WholeWindow } from "./whole-window.ts";

/** To be called inside the suite that runs the window, before anything is destroyed. */
export function describePasswords(window: () => WholeWindow): void {
  describe("its passwords", () => {
    let whole: WholeWindow;
    before(() => {
      whole = window();
    });

    it("would be found if they were there", () => {
      for (const [name, value] of secrets) assert.deepEqual(secretsIn(`x${value}y`), [name]);
    });

    it("are not in Pulumi's state", () => {
      const directory = backendDir(whole.lab.id);
      const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((one) =>
        one.isFile(),
      );
      assert.ok(files.length > 2);
      for (const file of files) {
        const path = join(file.parentPath, file.name);
        assert.deepEqual(secretsIn(readFileSync(path)), [], path);
      }
    });

    it("are not in what Pulumi prints", async () => {
      const exported = await whole.lab.pulumi("stack", "export");
      const output = await whole.lab.pulumi("stack", "output", "--json");
      for (const { all, exitCode } of [whole.preview, whole.up, exported, output]) {
        assert.equal(exitCode, 0, all);
        assert.deepEqual(secretsIn(all), []);
      }
    });

    it("are not in the journal, the plan, the report and the runner's log", async () => {
      for (const file of ["journal.jsonl", "plan.json", "report.json", "runner.log"]) {
        const text = await whole.lab.sh("backup", `cat /var/lib/jeda/windows/${whole.window}/${file}`);
        assert.deepEqual(secretsIn(text), [], file);
      }
    });

    it("are on the backup host in one file that only root reads", () => {
      const file = "/etc/jeda/credentials.json";
      assert.equal(whole.credentialsFile, "600 root");
      const { repository, smbBackup, mariadbBackup, ...others } = whole.filesWith;
      assert.deepEqual([repository, smbBackup, mariadbBackup], [[file], [file], [file]]);
      for (const [name, files] of Object.entries(others)) assert.deepEqual(files, [], name);
    });

    it("are in no log of any host", async () => {
      for (const host of labHosts) {
        const logs = await whole.lab.sh(host, "cat /var/log/lab/*.log 2>/dev/null || true");
        assert.deepEqual(secretsIn(logs), [], host);
      }
    });

    it("were in no process's arguments or environment, on the whole machine", () => {
      assert.ok(whole.processesLookedAt > 1_000);
      assert.deepEqual(whole.leaks, []);
    });
  });
}
