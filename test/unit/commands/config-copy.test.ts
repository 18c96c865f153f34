import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onACopy } from "../../../commands/config-copy.ts";
import { opensWith } from "../../../commands/passphrase.ts";
import { repository } from "../../../toolchain/paths.ts";

describe("a preview's copy of the stack's file", () => {
  const file = join(repository, "stacks/Pulumi.lab.yaml");
  it("has the same text, and takes what is written into it with it", () => {
    const before = readFileSync(file, "utf8");
    const { words, remove } = onACopy(["preview"], "organization/jeda/lab");
    const [flag, copy = ""] = words;
    assert.equal(flag, "--config-file");
    assert.equal(readFileSync(copy, "utf8"), before);
    writeFileSync(copy, "changed");
    remove();
    assert.ok(!existsSync(copy));
    assert.equal(readFileSync(file, "utf8"), before);
  });

  it("is of no device and no named pipe, which would never end", () => {
    const folder = mkdtempSync(join(tmpdir(), "jeda-copy-"));
    const pipe = join(folder, "stack.yaml");
    execFileSync("mkfifo", [pipe]);
    for (const file of [pipe, "/dev/zero"]) {
      assert.throws(() => onACopy(["preview", "--config-file", file], "lab"), /is not a file/);
      assert.throws(() => opensWith("any", file), /is not a file/);
    }
    rmSync(folder, { recursive: true });
  });

  it("is of the file that the words name", () => {
    const { words, remove } = onACopy(["preview", "--config-file", "Pulumi.yaml"], "lab", repository);
    assert.match(readFileSync(words[1] ?? "", "utf8"), /^name: jeda/);
    remove();
  });
});
