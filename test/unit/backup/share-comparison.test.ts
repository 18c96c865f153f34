import assert from "node:assert/strict";
import fc from "fast-check";
import { compareWithSurveys, nameSome } from "../../../src/backup/share/share-comparison.ts";
import { parseListedLine } from "../../../src/backup/share/share-listing.ts";

const path = fc.constantFrom("a", "b/c", "b/d e", "f");
const file = fc.record({ size: fc.nat(3), mtimeMs: fc.nat(2) });
const listing = fc.array(fc.tuple(path, file)).map((entries) => new Map(entries));

describe("share comparison", () => {
  it("judges each file listed before exactly once, and only the unchanged", () => {
    fc.assert(
      fc.property(listing, listing, listing, (before, after, saved) => {
        const { missing, wrongSize, changed } = compareWithSurveys(before, after, saved);
        for (const [name, first] of before) {
          const second = after.get(name);
          const same = second?.size === first.size && second.mtimeMs === first.mtimeMs;
          assert.equal(changed.includes(name), !same);
          assert.equal(missing.includes(name), same && !saved.has(name));
          assert.equal(
            wrongSize.includes(name),
            same && saved.has(name) && saved.get(name)?.size !== first.size,
          );
        }
        for (const name of after.keys()) if (!before.has(name)) assert.ok(changed.includes(name));
      }),
    );
  });

  it("names a few and counts the rest", () => {
    assert.equal(nameSome(["a", "b", "c"], 2), "a, b and 1 more");
    assert.equal(nameSome(["a", "b"], 2), "a, b");
  });

  it("reads rclone's listing line by line", () => {
    assert.equal(parseListedLine("["), null);
    assert.deepEqual(
      parseListedLine(
        '{"Path":"a b/c","Name":"c","Size":7,"ModTime":"2026-11-23T04:00:00.123456700Z","IsDir":false},',
      ),
      { path: "a b/c", folder: false, size: 7, mtimeMs: Date.UTC(2026, 10, 23, 4, 0, 0, 123) },
    );
  });
});
