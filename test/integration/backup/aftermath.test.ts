/** Nothing leaks: no secret to the process list or the log, and no process, mount or snapshot of a killed runner. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type HospitalSources, startSources } from "../../../lab/sources/hospital-sources.ts";
import { SECRETS } from "../../../lab/sources/servers.ts";
import { driverFor } from "../../../src/backup/driver-for.ts";
import type { Source } from "../../../src/model/hospital.ts";
import { commandLines, mountsNaming, processesNaming } from "./aftermath.ts";

describe("after a backup", () => {
  let hospital: HospitalSources;

  before(async () => {
    hospital = await startSources();
    mkdirSync(join(hospital.shareDirectory, "arsip"));
    for (let index = 0; index < 30; index++) {
      writeFileSync(join(hospital.shareDirectory, `arsip/${index}.txt`), `${index} `.repeat(50_000));
    }
    hospital.sql(
      "USE simrs; CREATE TABLE t (id INT PRIMARY KEY, x TEXT); INSERT INTO t SELECT seq, REPEAT('y', 99) FROM seq_1_to_50000;",
    );
  });
  after(() => hospital.stop());

  it("no secret was in any process's arguments, in the log, in a finding, or left in a file", async () => {
    const seen = new Set<string>();
    const context = hospital.context("secrets");
    const said: string[] = [];
    const sampling = setInterval(() => {
      for (const line of commandLines()) seen.add(line);
    }, 5);
    try {
      for (const source of [hospital.share, hospital.records] satisfies Source[]) {
        const driver = driverFor(source);
        const saved = await driver.backup(source, await driver.survey(source, context), context, () => {});
        const verified = await driver.verify(source, saved, context, {
          sampleFiles: 9,
          databases: "load",
          seed: 3,
        });
        assert.equal(verified.verified, true, verified.findings.join(" "));
        said.push(JSON.stringify([saved, verified]));
      }
    } finally {
      clearInterval(sampling);
    }
    assert.ok(
      [...seen].some((line) => line.includes("mariadb-dump")),
      "the sampling saw no dump",
    );
    assert.ok(
      [...seen].some((line) => line.includes("rclone mount")),
      "the sampling saw no mount",
    );
    const text = [...seen, ...said, ...hospital.logged].join("\n");
    for (const secret of Object.values(SECRETS)) assert.ok(!text.includes(secret), "a secret was shown");
    for (const entry of readdirSync(context.runtimeDir, { withFileTypes: true, recursive: true })) {
      if (!entry.isFile()) continue;
      assert.match(
        entry.name,
        /^(restic-password|.*\.(cnf|rclone))$/,
        "something else than option files was left",
      );
    }
    assert.ok(
      !readFileSync(join(context.runtimeDir, `${hospital.share.name}.rclone`), "utf8").includes(
        SECRETS.share,
      ),
    );
  });

  for (const kind of ["share", "records"] as const) {
    it(`of ${kind} by a runner that was killed, the kernel has tidied up`, async () => {
      // What the repository has not yet, and can't make small: at 1 KiB/s it takes minutes.
      writeFileSync(join(hospital.shareDirectory, `arsip/${kind}.bin`), randomBytes(400_000));
      const fresh = kind === "share" ? 100_000 : 200_000;
      hospital.sql(`USE simrs; INSERT INTO t SELECT ${fresh} + seq, SHA2(RAND(), 512) FROM seq_1_to_5000;`);
      const { windowId, repository, credentials, runtimeDir } = hospital.context(`killed-${kind}`);
      hospital.tools.replace("restic", 'exec "$REAL" --limit-upload 1 "$@"');
      const before = hospital.restic("snapshots", "--json");
      const runner = spawn(process.execPath, [join(import.meta.dirname, "one-backup.ts")], {
        stdio: ["pipe", "ignore", "inherit"],
      });
      const gone = new Promise((resolve) => runner.once("exit", resolve));
      runner.stdin.end(
        JSON.stringify({
          source: hospital[kind],
          context: { windowId, repository, credentials, runtimeDir },
        }),
      );
      const running = (): boolean => processesNaming(runtimeDir).some((line) => line.includes(" backup "));
      await eventually(running, "the backup did not begin");
      await sleep(300);
      runner.kill("SIGKILL");
      await gone;
      await eventually(() => processesNaming(runtimeDir).length === 0, "processes are left");
      assert.deepEqual(mountsNaming(hospital.share.name), []);
      hospital.tools.restore("restic");
      assert.equal(hospital.restic("snapshots", "--json"), before);
      // The next window is not kept out by what the dead one left.
      const driver = driverFor(hospital[kind]);
      const context = hospital.context(`after-${kind}`);
      await driver.backup(hospital[kind], await driver.survey(hospital[kind], context), context, () => {});
    });
  }
});

async function eventually(holds: () => boolean, otherwise: string): Promise<void> {
  for (let attempt = 0; attempt < 600; attempt++) {
    if (holds()) return;
    await sleep(50);
  }
  assert.fail(otherwise);
}
