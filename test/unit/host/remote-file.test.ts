import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeRemoteFile } from "../../../src/host/remote-file.ts";

describe("a file written on another machine", () => {
  const formerPath = process.env.PATH;
  let top: string;
  before(() => {
    top = mkdtempSync(join(tmpdir(), "jeda-remote-"));
    mkdirSync(join(top, "bin"));
    // Stands for ssh and for the machine: keeps the words it was given, and runs the last of them here.
    const ssh = `#!/bin/sh\nprintf '%s\\n' "$@" >>${top}/words\nfor last; do :; done\n$FAULT | sh -c "$last"\n`;
    writeFileSync(join(top, "bin/ssh"), ssh, { mode: 0o755 });
    process.env.FAULT = "cat";
    process.env.PATH = `${join(top, "bin")}:${formerPath}`;
  });
  after(() => {
    process.env.PATH = formerPath;
    delete process.env.FAULT;
    rmSync(top, { recursive: true, force: true });
  });

  const content = '{"records":{"user":"jeda","password":"rahasia"}}\nsecond line\n\0\xff';
  const write = (path: string) => writeRemoteFile("backup", { path, content, mode: "0600" }, { fresh: true });

  it("is whole, of its mode, and neither it nor its hash is in any process's words", async () => {
    const path = join(top, "etc/credentials.json");
    await write(path);
    assert.equal(readFileSync(path, "utf8"), content);
    assert.equal(statSync(path).mode & 0o777, 0o600);
    assert.deepEqual(readdirSync(join(top, "etc")), ["credentials.json"]);
    const words = readFileSync(join(top, "words"), "utf8");
    for (const secret of ["rahasia", createHash("sha256").update(content).digest("hex")]) {
      assert.ok(!words.includes(secret), "it stands among ssh's arguments");
    }
  });

  it("that was cut short is not there", async () => {
    process.env.FAULT = "head -c 90";
    const path = join(top, "etc/other.json");
    await assert.rejects(write(path), { code: "REFUSED", message: /cut short/ });
    assert.ok(!existsSync(path));
    assert.deepEqual(readdirSync(join(top, "etc")), ["credentials.json"]);
  });
});
