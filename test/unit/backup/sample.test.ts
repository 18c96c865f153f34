import assert from "node:assert/strict";
import fc from "fast-check";
import { drawSample } from "../../../src/backup/tools/sample.ts";

describe("sample", () => {
  const names = fc.uniqueArray(fc.string(), { maxLength: 60 });

  it("is drawn again from its seed, in whatever order the items come", () => {
    fc.assert(
      fc.property(names, fc.nat(80), fc.integer(), (items, count, seed) => {
        assert.deepEqual(drawSample(items, count, seed), drawSample(items.toReversed(), count, seed));
      }),
    );
  });

  it("has as many different items as asked for, where there are as many", () => {
    fc.assert(
      fc.property(names, fc.nat(80), fc.integer(), (items, count, seed) => {
        const drawn = drawSample(items, count, seed);
        assert.equal(new Set(drawn).size, Math.min(count, items.length));
        assert.ok(drawn.every((item) => items.includes(item)));
      }),
    );
  });

  it("leaves no item out for ever", () => {
    const items = Array.from({ length: 20 }, (_, index) => `file ${index}`);
    const seen = new Set<string>();
    for (let seed = 0; seed < 200; seed++) for (const item of drawSample(items, 2, seed)) seen.add(item);
    assert.equal(seen.size, items.length);
  });
});
