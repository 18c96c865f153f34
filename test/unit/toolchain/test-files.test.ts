import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { join, matchesGlob } from "node:path";
import { repository } from "../../../toolchain/paths.ts";
import { testFiles } from "../../../toolchain/testing/test-files.ts";

describe("the list of test files", () => {
  const files = testFiles(repository);

  it("begins with what takes long, and ends with what takes moments", () => {
    assert.match(files[0] ?? "", /^test\/integration\/proof\//u);
    assert.match(files.at(-1) ?? "", /^test\/unit\//u);
  });

  it("leaves to the night what .ci/nightly names", () => {
    const nightly = globSync("test/**/*.nightly.test.ts", { cwd: repository });
    assert.ok(nightly.length > 0);
    assert.deepEqual(
      nightly.filter((file) => files.includes(file)),
      [],
    );
    const script = readFileSync(join(repository, ".ci/nightly"), "utf8");
    assert.deepEqual(
      nightly.filter((file) => !matchesGlob(file, /test\/lab\/\S*nightly\S*/u.exec(script)?.[0] ?? "")),
      [],
    );
  });

  it("knows the place of every file", () => {
    assert.ok(files.includes("test/unit/toolchain/test-files.test.ts"));
    assert.equal(new Set(files).size, files.length);
    for (const file of files) assert.match(file, /^test\/(faults|lab|integration|unit)\//u);
  });
});
