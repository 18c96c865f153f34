/** The bench runs as documented; what it measures is asserted nowhere. */
import assert from "node:assert/strict";
import { execa } from "execa";
import { repository } from "../../../toolchain/paths.ts";

const bench = (...words: string[]) =>
  execa("sh", ["toolchain/run", "bench/main.ts", ...words], {
    cwd: repository,
    reject: false,
    timeout: 110_000,
  });

describe("the bench", () => {
  it("compares saving a share and a database with plain commands, in the same run", async () => {
    const { stdout, stderr, exitCode } = await bench(
      "--rounds",
      "1",
      "--files",
      "3",
      "--rows",
      "100",
      "--json",
    );
    assert.equal(exitCode, 0, stderr);
    const { results } = JSON.parse(stdout) as { results: { peer: string; median: number }[] };
    assert.deepEqual(
      results.map(({ peer }) => peer),
      ["smbclient mget, then restic", "mariadb-dump | restic"],
    );
    for (const { median } of results) assert.ok(median > 0 && Number.isFinite(median));
  }).timeout(120_000);

  it("refuses what is no number, without beginning", async () => {
    const { stderr, exitCode } = await bench("--rounds", "many");
    assert.equal(exitCode, 1);
    assert.match(stderr, /--rounds is "many"/u);
  });
});
