import assert from "node:assert/strict";
import { figures, total, worthASecondRun } from "../../../toolchain/tally.ts";

const passed = { passed: 2, failed: 0, skipped: 0 };
const broken = { passed: 1, failed: 1, skipped: 0 };

describe("the tally of a test run", () => {
  it("adds up what its files came to", () => {
    assert.equal(figures(total({ a: passed, b: broken })), "3 passed, 1 failed");
    assert.equal(
      figures(total({ a: { passed: 0, failed: 0, skipped: 3 } })),
      "0 passed, 0 failed, 3 skipped",
    );
  });

  it("runs a few files again that failed, by a second run that counts in their place", () => {
    const first = { a: passed, b: broken };
    assert.deepEqual(worthASecondRun(first), ["b"]);
    assert.equal(figures(total({ ...first, b: passed })), "4 passed, 0 failed");
  });

  it("runs nothing again when much failed, or what belongs to no file", () => {
    assert.deepEqual(worthASecondRun({ a: broken, b: broken, c: broken, d: broken }), []);
    assert.deepEqual(worthASecondRun({ "": broken, a: broken }), []);
    assert.deepEqual(worthASecondRun({ a: passed }), []);
  });
});
