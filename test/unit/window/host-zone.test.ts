import { equal, match } from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { zoneDoubt } from "../../../src/window/runner/store/host-zone.ts";

const usual = "/usr/share/zoneinfo";

describe("the zone data of the host", () => {
  const directory = mkdtempSync(join(tmpdir(), "jeda-zones-"));
  const winter = Date.parse("2026-11-28T22:00:00Z");
  const summer = Date.parse("2026-07-28T22:00:00Z");
  before(() => {
    mkdirSync(join(directory, "America"));
    mkdirSync(join(directory, "Asia"));
    // As if Winnipeg had given up its winter time: Bogota stands at -05:00 all year.
    cpSync(join(usual, "America/Bogota"), join(directory, "America/Winnipeg"), { dereference: true });
    cpSync(join(usual, "Asia/Jakarta"), join(directory, "Asia/Jakarta"), { dereference: true });
    writeFileSync(join(directory, "tzdata.zi"), "# version 2026f\n# This zic input file\n");
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it("are named only where they put a moment elsewhere, with both versions and who is gone by", async () => {
    const said = await zoneDoubt("America/Winnipeg", [summer, winter], directory);
    match(said ?? "", /jeda goes by its Node's zone data \(\d{4}[a-z]\) and means 2026-11-28T16:00:00-06:00/);
    match(said ?? "", /by this host's own \(2026f\) the clocks stand at -05:00 then/);
    equal(await zoneDoubt("America/Winnipeg", [summer], directory), null);
    equal(await zoneDoubt("Asia/Jakarta", [summer, winter], directory), null);
  });

  it("say nothing where they are not there, or agree", async () => {
    equal(await zoneDoubt("Europe/Paris", [winter], directory), null);
    equal(await zoneDoubt("Asia/Jakarta", [summer, winter]), null);
    equal(await zoneDoubt("America/Winnipeg", [], directory), null);
  });
});
