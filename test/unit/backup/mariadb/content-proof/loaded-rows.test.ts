import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { batchRows } from "../../../../../src/backup/mariadb/content-proof/rows/batch-rows.ts";
import type { Column, ColumnForm } from "../../../../../src/backup/mariadb/content-proof/rows/columns.ts";
import { sumLoadedRows } from "../../../../../src/backup/mariadb/content-proof/rows/loaded-rows.ts";

async function* pieces(text: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const columns = (...forms: readonly ColumnForm[]): readonly Column[] =>
  forms.map((form, index) => ({ name: `c${index}`, dataType: "x", form, nullable: true }));

async function sumOf(text: string, ...forms: readonly ColumnForm[]): Promise<string> {
  return (await sumLoadedRows(pieces(text, 5), columns(...forms))).sum.sum;
}

function sumOfRow(row: string | Buffer): string {
  return `${createHash("md5").update(row).digest().readBigUInt64BE(0)}`;
}

describe("the rows that a client prints", () => {
  it("are split wherever the stream is cut, and say tabs, line ends, zeros and backslashes again", async () => {
    const text = "1\ta\\tb\n\\\\\\n\t\\0\n\t\n";
    for (let size = 1; size < text.length + 1; size++) {
      const rows: string[][] = [];
      await batchRows(pieces(text, size), 2, (fields) => rows.push(fields.map((field) => `${field}`)));
      assert.deepEqual(rows, [
        ["1", "a\tb"],
        ["\\\n", "\0"],
        ["", ""],
      ]);
    }
  });

  it("are refused when they break off or have another width", async () => {
    await assert.rejects(
      batchRows(pieces("1\t2\n1", 3), 2, () => {}),
      /break off/,
    );
    await assert.rejects(
      batchRows(pieces("1\n", 3), 2, () => {}),
      /1 fields instead of 2/,
    );
  });

  it("are framed value by value: NULL is no text, and no value runs into the next", async () => {
    assert.equal(await sumOf("12\t4\tNULL\n", "text", "bytes"), sumOfRow("12,4:NULL"));
    assert.equal(await sumOf("NULL\tNULL\tNULL\n", "text", "bytes"), sumOfRow("N,N:"));
    assert.equal(await sumOf("0\t\n", "bytes"), sumOfRow("0:"));
    assert.equal(await sumOf("2\t1\té\n".replace("1\té", "2\té"), "choice"), sumOfRow("2,2:é"));
    const long = "x".repeat(4_097);
    const hashed = createHash("md5").update(long).digest("hex");
    assert.equal(await sumOf(`4097\t${long}\n`, "long"), sumOfRow(`4097:${hashed}`));
    assert.equal(await sumOf(`4096\t${long.slice(1)}\n`, "long"), sumOfRow(`4096:${long.slice(1)}`));
    await assert.rejects(sumOf("3\tab\n", "bytes"), /3 bytes were read as 2/);
  });
});
