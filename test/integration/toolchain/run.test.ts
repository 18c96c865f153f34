import assert from "node:assert/strict";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { repository } from "../../../toolchain/paths.ts";

// Installs nothing but the file by which `toolchain/run` knows that npm was here; takes long enough to meet another.
const npm = `#!/bin/sh
[ -e broken ] && { echo "registry says no" >&2; exit 1; }
echo "$@" >> calls
echo "npm talks on stdout"
sleep 1
mkdir -p node_modules
echo {} > node_modules/.package-lock.json
`;

describe("toolchain/run", () => {
  let clone: string;
  beforeEach(() => {
    clone = mkdtempSync(join(tmpdir(), "jeda-run-"));
    for (const folder of ["toolchain", "tools"]) mkdirSync(join(clone, folder));
    cpSync(join(repository, "toolchain/run"), join(clone, "toolchain/run"));
    write("package-lock.json", "{}");
    write("tools/npm", npm);
    chmodSync(join(clone, "tools/npm"), 0o755);
    write("say.ts", "const words: string[] = process.argv.slice(2);\nconsole.log(words.join('|'));\n");
  });
  afterEach(() => rmSync(clone, { recursive: true, force: true }));

  const write = (name: string, text: string) => writeFileSync(join(clone, name), text);
  const calls = () => {
    const file = join(clone, "calls");
    return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n") : [];
  };
  const run = (...words: string[]) =>
    execa("sh", [join(clone, "toolchain/run"), "say.ts", ...words], {
      cwd: tmpdir(),
      env: { PATH: `${join(clone, "tools")}:${process.env.PATH}` },
      reject: false,
      stdin: "ignore",
    });
  /** As a checkout does: newer than what npm installed. */
  const touchLock = () => {
    const later = new Date(Date.now() + 5_000);
    utimesSync(join(clone, "package-lock.json"), later, later);
  };

  it("installs once, then starts the file; standard output is the file's alone", async () => {
    const first = await run("a b", "c");
    assert.equal(first.stdout, "a b|c");
    assert.match(first.stderr, /installing the npm packages/);
    assert.equal((await run("again")).stdout, "again");
    assert.equal(calls().length, 1);
    assert.match(calls()[0] ?? "", /^ci --ignore-scripts/);
  });

  it("installs once when two runs begin together", async () => {
    const results = await Promise.all([run("one"), run("two")]);
    assert.deepEqual(
      results.map(({ stdout }) => stdout),
      ["one", "two"],
    );
    assert.equal(calls().length, 1);
  });

  it("installs again when the lock has other content, not when it was only touched", async () => {
    await run();
    touchLock();
    await run();
    assert.equal(calls().length, 1);
    write("package-lock.json", '{ "other": true }');
    touchLock();
    await run();
    assert.equal(calls().length, 2);
  });

  it("ends with what npm said and the command to try again", async () => {
    write("broken", "");
    const { exitCode, stdout, stderr } = await run("never");
    assert.equal(exitCode, 1);
    assert.equal(stdout, "");
    assert.match(stderr, /registry says no/);
    assert.match(stderr, /npm ci failed \(exit 1\).*cd .* && npm ci/);
  });
});
