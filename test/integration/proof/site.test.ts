import assert from "node:assert/strict";
import fc from "fast-check";
import { told } from "./campaign.ts";
import { Random } from "./random.ts";
import { layOut } from "./scene.ts";
import { sharedKernel } from "./shared-kernel.ts";
import { compareSite } from "./site-differential.ts";
import { siteTables } from "./site-tables.ts";
import { sketch } from "./sketches.ts";

describe("somebody else's tables, with the kernel as judge", function () {
  this.timeout(120_000);
  const kernel = sharedKernel();

  it("are read as the kernel does, and seldom not understood", async () => {
    const sum = { pass: 0, drop: 0, reject: 0, elsewhere: 0, unknown: 0 };
    for (const [index, drawn] of fc.sample(sketch, { numRuns: 16, seed: 7 }).entries()) {
      const scene = layOut(drawn);
      const tables = siteTables(scene, new Random(drawn.seed + index));
      const outcome = await compareSite(kernel(), scene, tables);
      const lines = outcome.disagreements.slice(0, 6).map(told);
      assert.equal(lines.length, 0, `${lines.join("\n")}\n${tables}`);
      for (const kind of Object.keys(sum) as (keyof typeof sum)[]) sum[kind] += outcome.told[kind];
    }
    const packets = Object.values(sum).reduce((a, b) => a + b, 0);
    assert.ok(sum.unknown < packets / 4, JSON.stringify(sum));
    for (const kind of ["pass", "drop", "reject", "elsewhere"] as const)
      assert.ok(sum[kind] > 0, JSON.stringify(sum));
  });
});
