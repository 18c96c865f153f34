import assert from "node:assert/strict";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { computeHash, ingredients } from "../../../../toolchain/build/content.ts";
import { pinned, pins } from "../../../../toolchain/build/pins.ts";
import { builtProgram, repository } from "../../../../toolchain/paths.ts";

describe("the toolchain's content hash", () => {
  let clone: string;
  beforeEach(() => {
    clone = mkdtempSync(join(tmpdir(), "jeda-content-"));
    for (const path of [...ingredients, "package-lock.json"]) {
      cpSync(join(repository, path), join(clone, path), { recursive: true });
    }
  });
  afterEach(() => rmSync(clone, { recursive: true, force: true }));

  const append = (path: string) => {
    const file = join(clone, path);
    writeFileSync(file, `${readFileSync(file, "utf8")}\n`);
  };

  it("is the same for the same content in another place", () => {
    assert.equal(computeHash(clone), computeHash(repository));
  });

  for (const path of [
    "toolchain/go/rclone/main.go",
    "toolchain/go/pulumi/go.sum",
    "pulumi-protocol/wire.ts",
  ]) {
    it(`is another when ${path} is`, () => {
      append(path);
      assert.notEqual(computeHash(clone), computeHash(repository));
    });
  }

  it("is another when a bundled package has another version, and the same when some other package has", () => {
    const file = join(clone, "package-lock.json");
    const edit = (name: string) => {
      const lock = JSON.parse(readFileSync(join(repository, "package-lock.json"), "utf8"));
      lock.packages[`node_modules/${name}`].version = "0.0.1";
      writeFileSync(file, JSON.stringify(lock));
      return computeHash(clone);
    };
    assert.notEqual(edit("@grpc/grpc-js"), computeHash(repository));
    assert.equal(edit("mocha"), computeHash(repository));
  });

  it("keeps a program's own place when only a stand-in changes", () => {
    append("toolchain/language-host/run.ts");
    for (const pin of pins) {
      const places = [clone, repository].map((root) => builtProgram(pin.name, pinned(pin, root)));
      assert.equal(places[0], places[1]);
    }
  });

  it("gives a program another place when its module changes", () => {
    append("toolchain/go/restic/go.mod");
    const moved = pins.filter((pin) => {
      return builtProgram(pin.name, pinned(pin, clone)) !== builtProgram(pin.name, pinned(pin, repository));
    });
    assert.deepEqual(
      moved.map(({ name }) => name),
      ["restic"],
    );
  });
});
