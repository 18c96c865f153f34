import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { execa } from "execa";

const script = fileURLToPath(new URL("fuzz.ts", import.meta.url));

async function fuzz(...words: string[]) {
  return await execa(process.execPath, [script, ...words], { all: true, reject: false, stdin: "ignore" });
}

describe("npm run proof:fuzz", function () {
  this.timeout(240_000);

  it("says last how many hospitals agreed, and ends with 0 when all did", async () => {
    const { exitCode, all } = await fuzz("--hospitals", "3", "--seed", "20170515");
    assert.equal(exitCode, 0, all);
    assert.match(all, /^seed 20170515$/m);
    assert.match(all, /^3 passed, 0 failed$/m);
    assert.equal(all.trimEnd().split("\n").at(-1), "3 passed, 0 failed");
  });

  it("tries the hospital of a stack", async () => {
    const { exitCode, all } = await fuzz("--stack", "lab", "--seed", "1");
    assert.equal(exitCode, 0, all);
    assert.match(all, /^1 passed, 0 failed$/m);
  });

  it("refuses what it doesn't know, in one line", async () => {
    const { exitCode, all } = await fuzz("--hospitals", "many");
    assert.equal(exitCode, 1);
    assert.match(all, /--hospitals is "many"/);
    assert.doesNotMatch(all, /\n\s+at /);
  });
});
