import { deepEqual, equal, match, ok } from "node:assert/strict";
import { randomBytes } from "node:crypto";
import fc from "fast-check";
import {
  changedSince,
  entropy,
  looksEncrypted,
  suspiciousNames,
  unusualChange,
  unusualLoss,
} from "../../../../src/backup/anomaly/signs.ts";

const listing = (...paths: string[]) => new Map(paths.map((path) => [path, { size: 100, mtimeMs: 1 }]));
const many = (count: number) => listing(...Array.from({ length: count }, (_, index) => `f${index}.txt`));

describe("signs of an attack in a share", () => {
  it("are notes and names that such families leave, where they are new", () => {
    const before = listing("a.txt", "old/_readme.txt");
    for (const name of [
      "@Please_Read_Me@.txt",
      "x/HOW_TO_DECRYPT.html",
      "_readme.txt",
      "How to recover files.txt",
      "a.txt.WNCRY",
      "b.docx.lockbit",
      "c.xlsx.encrypted",
    ]) {
      ok(suspiciousNames(listing("a.txt", name), before).length > 0, name);
    }
    deepEqual(suspiciousNames(before, before), []);
    for (const name of [
      "readme.txt",
      "README.md",
      "encryption.docx",
      "how to.pdf",
      "locked door.jpg",
      "stop.txt",
    ])
      deepEqual(suspiciousNames(listing(name), null), [], name);
  });

  it("are more changed files, or bytes, than was declared; a file that is gone counts", () => {
    const before = many(100);
    const now = new Map(before);
    for (let index = 0; index < 50; index++) now.set(`f${index}.txt`, { size: 101, mtimeMs: 2 });
    deepEqual(unusualChange(before, now, 50), []);
    now.delete("f99.txt");
    match(unusualChange(before, now, 50)[0] ?? "", /51 of 100 files \(51%, 51% of the bytes\)/);
    const large = new Map(before).set("f0.txt", { size: 1e9, mtimeMs: 1 });
    const touched = new Map(large).set("f0.txt", { size: 1e9, mtimeMs: 2 });
    match(unusualChange(large, touched, 50)[0] ?? "", /1 of 100 files \(1%, 100% of the bytes\)/);
    deepEqual(unusualChange(many(5), new Map(), 50), [], "five files say nothing");
  });

  it("are never found in a share that did not change, and new files alone are no change", () =>
    fc.assert(
      fc.property(fc.nat(200), fc.nat(50), (count, added) => {
        const before = many(count);
        const now = new Map([...before, ...many(count + added)]);
        deepEqual(changedSince(before, now), []);
        deepEqual(unusualChange(before, now, 0), []);
      }),
    ));

  it("are a loss of rows", () => {
    deepEqual(unusualLoss(1_000, 500, 50), []);
    match(unusualLoss(1_000, 499, 50)[0] ?? "", /499 items where the last good window had 1000: 50% less/);
    deepEqual(unusualLoss(1_000, 9_000, 50), []);
  });

  it("are text files with random content; text, numbers and short files are none", () => {
    equal(Math.round(entropy(Uint8Array.from({ length: 256 }, (_, index) => index))), 8);
    equal(entropy(new Uint8Array(1_000)), 0);
    ok(looksEncrypted(randomBytes(65_536)) && looksEncrypted(randomBytes(4_096)));
    ok(!looksEncrypted(Buffer.from("nama,tanggal,jumlah\nSiti,2017-05-15,3\n".repeat(500))));
    ok(!looksEncrypted(Buffer.from(randomBytes(40_000).toString("base64"))));
    ok(!looksEncrypted(randomBytes(1_000)));
  });
});
