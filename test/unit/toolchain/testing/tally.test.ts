import assert from "node:assert/strict";
import { costsOf, dearest, figures } from "../../../../toolchain/testing/tally.ts";

describe("the tally of a test run", () => {
  it("is one line, with what was skipped only where something was", () => {
    assert.equal(figures({ passed: 3, failed: 1, skipped: 0 }), "3 passed, 1 failed");
    assert.equal(figures({ passed: 0, failed: 0, skipped: 3 }), "0 passed, 0 failed, 3 skipped");
  });

  it("names the files that took longest, and adds all up", () => {
    const lines = Array.from({ length: 20 }, (_, index) =>
      JSON.stringify({ file: `test/${index}.test.ts`, wallMs: index * 1_000, cpuMs: 500 }),
    );
    const said = dearest(costsOf(`${lines.join("\n")}\n`)).split("\n");
    assert.equal(said.length, 17);
    assert.match(said[1] ?? "", /^ +19\.0 +0\.5 {2}test\/19\.test\.ts$/);
    assert.match(said[15] ?? "", /test\/5\.test\.ts$/);
    assert.match(said[16] ?? "", /^ +190\.0 +10\.0 {2}all 20 files/);
  });
});
