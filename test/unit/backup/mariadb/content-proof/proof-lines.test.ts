import assert from "node:assert/strict";
import type { Proof } from "../../../../../src/backup/mariadb/content-proof/proof.ts";
import { parseProof, proofLines } from "../../../../../src/backup/mariadb/content-proof/proof-lines.ts";
import { scanDump } from "../../../../../src/backup/mariadb/dump-scanner.ts";

const PROOF: Proof = {
  version: 1,
  database: "simrs",
  server: "10.11.19-MariaDB",
  at: "2026-11-28T22:00:00.000Z",
  events: true,
  tables: [{ table: "Nama; `aneh` 'é'\n🙂", sums: [{ rows: 2, sum: "36893488147419103230" }] }],
  objects: [{ object: "view heavy", aspects: { body: ["aa", "bb"] }, passing: true }],
  sequences: [{ sequence: "numbers", values: ["100", "150"] }],
};

const DUMP = "CREATE TABLE `t` (`i` int);\nINSERT INTO `t` VALUES (1);\n\n-- Dump completed\n";

function scanned(text: string) {
  const scanner = scanDump();
  // In pieces that fit nothing.
  for (let at = 0; at < text.length; at += 7) scanner.write(Buffer.from(text.slice(at, at + 7)));
  return scanner.end();
}

describe("the proof beside the data", () => {
  const lines = proofLines(PROOF);

  it("is comments in plain characters, one a line, and read again as it was", () => {
    for (const line of lines) assert.match(line, /^-- jeda proof [^'`;]*\n$/);
    for (const line of lines) assert.match(line, /^[ -~]*\n$/);
    const { complete, proof } = scanned(`${DUMP}DO SETVAL(\`numbers\`, 150, 0);\n${lines.join("")}`);
    assert.equal(complete, true);
    assert.deepEqual(parseProof(proof), PROOF);
  });

  it("is not there in a dump of before, which is complete without", () => {
    const { complete, proof } = scanned(DUMP);
    assert.equal(complete, true);
    assert.equal(parseProof(proof), null);
  });

  it("is the only thing that may follow the dump's own last line", () => {
    for (const after of [
      "DELETE FROM t;\n",
      "-- something else\n",
      `${lines.join("")}DELETE FROM t;\n`,
      `${lines.join("")}DO SETVAL(\`numbers\`, 1, 0);\n`,
      `${lines.join("")}INSERT INTO \`t\` VALUES (2);\n`,
      "DO SETVAL(`numbers`, 1",
    ])
      assert.equal(scanned(DUMP + after).complete, false, after);
    assert.equal(scanned(lines.join("") + DUMP).proof.length, 0);
  });

  it("is refused when a line is missing, changed or of another version", () => {
    const texts = lines.map((line) => line.slice("-- jeda proof ".length, -1));
    assert.throws(() => parseProof(texts.slice(0, -1)), /damaged/);
    assert.throws(() => parseProof(texts.toSpliced(1, 1)), /damaged/);
    assert.throws(() => parseProof(texts.map((text) => text.replace('"rows":2', '"rows":3'))), /damaged/);
    const later = proofLines({ ...PROOF, version: 2 as 1 }).map((line) => line.slice(14, -1));
    assert.throws(() => parseProof(later), /unknown version/);
  });
});
