import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import fc from "fast-check";
import type { TableProof } from "../../../../../src/backup/mariadb/content-proof/proof.ts";
import { compareTable } from "../../../../../src/backup/mariadb/content-proof/rows/compare-table.ts";
import { PartSums } from "../../../../../src/backup/mariadb/content-proof/rows/part-sums.ts";

function reduced(rows: readonly string[]) {
  const sums = new PartSums();
  for (const row of rows) sums.add(createHash("md5").update(row).digest("hex"));
  return { ...sums.end(), floats: false };
}

const rows = fc.array(fc.string({ maxLength: 3 }), { maxLength: 40 });

describe("the rows of a loaded table", () => {
  it("have one sum in whatever order they come, and another with any other rows", () => {
    fc.assert(
      fc.property(rows, rows, (one, other) => {
        const same = JSON.stringify(one.toSorted()) === JSON.stringify(other.toSorted());
        const [a, b] = [reduced(one).sum, reduced(other).sum];
        assert.equal(a.rows === b.rows && a.sum === b.sum, same);
      }),
    );
  });

  it("are those of the source only with its sum", () => {
    const proof: TableProof = { table: "t", sums: [reduced(["a", "b", "b"]).sum] };
    assert.deepEqual(compareTable(proof, reduced(["b", "a", "b"])).differences, []);
    assert.match(compareTable(proof, reduced(["a", "a", "b"])).differences.join(), /3|other values/);
    assert.match(
      compareTable(proof, reduced(["a", "b"])).differences.join(),
      /2 rows come back instead of 3/,
    );
    assert.match(compareTable(proof, null).differences.join(), /could not be read/);
  });

  it("may be those of any moment between two, and what that can't decide is counted", () => {
    fc.assert(
      fc.property(
        rows,
        fc.array(fc.string({ maxLength: 3 }), { maxLength: 8 }),
        fc.nat(8),
        (stay, come, upTo) => {
          const [first, last] = [reduced(stay), reduced([...stay, ...come])];
          const writes = come.length;
          const proof = { table: "t", sums: [first.sum, last.sum], parts: [first.parts, last.parts], writes };
          const { differences, unproved, fraction } = compareTable(
            proof,
            reduced([...stay, ...come.slice(0, upTo)]),
          );
          assert.deepEqual(differences, []);
          assert.equal(fraction === 1, unproved.length === 0);
        },
      ),
    );
  });

  it("are not excused by changes to other rows", () => {
    const first = reduced(["a", "b", "c"]);
    const last = reduced(["a", "b", "c", "new"]);
    const proof = { table: "t", sums: [first.sum, last.sum], parts: [first.parts, last.parts], writes: 1 };
    const { differences } = compareTable(proof, reduced(["a", "b", "CHANGED", "new"]));
    assert.match(differences.join(), /table t: 2 of 256 parts have other rows/);
  });

  it("that came and went are no difference where the server counted so many changes, and are named", () => {
    const both = reduced(["a", "b"]);
    const proof = { table: "queue", sums: [both.sum], parts: [both.parts], writes: 2 };
    const { differences, unproved, fraction } = compareTable(proof, reduced(["a", "b", "passing"]));
    assert.deepEqual(differences, []);
    assert.match(unproved.join(), /table queue was changed as the dump began: 1 of 256 parts/);
    assert.equal(fraction, 255 / 256);
    const none = compareTable({ ...proof, writes: 0 }, reduced(["a", "b", "passing"]));
    assert.equal(none.differences.length, 1);
  });

  it("without a proof are named, with the reason", () => {
    const proof = { table: "t", sums: [], notComparable: "its engine has no transactions" };
    const { unproved, fraction } = compareTable(proof, reduced(["a"]));
    assert.deepEqual(unproved, ["table t was not compared: its engine has no transactions"]);
    assert.equal(fraction, 0);
  });
});
