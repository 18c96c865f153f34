/** Real MariaDB: what the record query may cost a clinical server. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type HospitalSources, startSources } from "../../../lab/sources/hospital-sources.ts";
import { countStored } from "../../../src/backup/mariadb/records.ts";

const ENDLESS = "SELECT COUNT(*) FROM entri, entri b, entri c";

describe("the records that a database holds", () => {
  let hospital: HospitalSources;
  before(async () => {
    hospital = await startSources();
    hospital.sql("USE simrs; CREATE TABLE entri (id INT PRIMARY KEY) SELECT seq AS id FROM seq_1_to_20000;");
  });
  after(() => hospital.stop());
  afterEach(() => hospital.tools.restore("mariadb"));

  const count = (query: string, limitS?: number) =>
    countStored(hospital.records, query, hospital.context("window"), limitS);
  const running = () =>
    hospital.sql(
      "SELECT info FROM information_schema.processlist WHERE user = 'jeda-backup' AND info IS NOT NULL;",
    );
  const untilNone = async (withinMs: number): Promise<void> => {
    const end = performance.now() + withinMs;
    while (running() !== "") {
      assert.ok(performance.now() < end, `still runs: ${running()}`);
      await sleep(100);
    }
  };

  it("are counted", async () => {
    assert.equal(await count("SELECT COUNT(*) FROM entri WHERE id <= 100;"), 100);
  });

  it("are given up where the query takes long, and nothing of it is left on the server", async () => {
    const started = performance.now();
    await assert.rejects(count(ENDLESS, 2), {
      code: "CONFIG",
      message: /had not ended after 2 s, and the server ended it: SELECT COUNT\(\*\) FROM entri, entri b/,
    });
    assert.ok(performance.now() - started < 9_000);
    assert.equal(running(), "");
  });

  it("leave nothing on the server when the client is killed while it asks", async () => {
    const enter = `nsenter --net=/run/netns/$(ls /run/netns | grep jeda-backup-${process.pid})`;
    // Standard input of what runs in the background would be empty.
    hospital.tools.replace(
      "mariadb",
      `exec 3<&0; ${enter} "$REAL" "$@" <&3 & sleep 2; kill -9 $!; wait $!; exit 1`,
    );
    const counting = assert.rejects(count(ENDLESS, 4));
    while (running() === "") await sleep(50);
    await counting;
    await untilNone(8_000);
  });

  it("wait no longer for a lock than for a count", async () => {
    const session = ["--no-defaults", `--socket=${join(hospital.directory, "mariadb.sock")}`, "--user=root"];
    const holder = spawn("/usr/bin/mariadb", session, { stdio: ["pipe", "ignore", "ignore"] });
    const gone = new Promise((resolve) => holder.once("exit", resolve));
    holder.stdin.write("LOCK TABLES simrs.entri WRITE; SELECT SLEEP(120);\n");
    const held = "SELECT COUNT(*) FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%';";
    while (hospital.sql(held).trim() !== "1") await sleep(50);
    await assert.rejects(count("SELECT COUNT(*) FROM entri", 2), { code: "CONFIG", message: /after 2 s/ });
    hospital.sql(
      "SELECT id INTO @it FROM information_schema.processlist WHERE info LIKE 'SELECT SLEEP%'; KILL @it;",
    );
    await gone;
  });

  it("are not read row by row by a query that does not count", async () => {
    await assert.rejects(count("SELECT id FROM entri"), { code: "CONFIG", message: /one number/ });
  });
});
