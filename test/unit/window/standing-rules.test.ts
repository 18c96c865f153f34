import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Places } from "../../../src/window/runner/store/paths.ts";
import { anySchedule, standingSchedules } from "../../../src/window/runner/store/schedules.ts";

describe("the rules of recurring windows on the backup host", () => {
  const directory = mkdtempSync(join(tmpdir(), "jeda-rules-"));
  const places = { schedules: join(directory, "schedules") } as Places;
  after(() => rmSync(directory, { recursive: true }));

  it("are none where there is no directory", () => {
    assert.equal(anySchedule(places), false);
    assert.deepEqual(standingSchedules(places), []);
  });

  it("are told with the reason where they can't be used, and are no reason to look no further", () => {
    mkdirSync(places.schedules);
    writeFileSync(join(places.schedules, "cut.json"), '{"plan":');
    writeFileSync(join(places.schedules, "old.json"), '{"plan":{},"by":"ops","armedAt":"2026-11-28"}');
    const broken: string[] = [];
    assert.deepEqual(
      standingSchedules(places, (file, why) => broken.push(`${file}: ${why}`)),
      [],
    );
    assert.equal(anySchedule(places), true);
    assert.equal(broken.length, 2);
    assert.match(broken[0] ?? "", /^cut\.json: .*JSON/);
    assert.match(broken[1] ?? "", /^old\.json: the plan is not valid: /);
  });
});
