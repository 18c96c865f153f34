import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { commandVersion } from "../../../../toolchain/build/command-version.ts";
import { buildArguments, moduleDir, oldestGo, pins } from "../../../../toolchain/build/pins.ts";
import { atLeast } from "../../../../toolchain/build/versions.ts";
import { repository } from "../../../../toolchain/paths.ts";

const modules: { readonly [name: string]: string } = {
  pulumi: "github.com/pulumi/pulumi/pkg/v3",
  restic: "github.com/restic/restic",
  "rest-server": "github.com/restic/rest-server",
  rclone: "github.com/rclone/rclone",
};

const readModule = (name: string, file: string) =>
  readFileSync(join(repository, "toolchain/go", name, file), "utf8");

describe("the toolchain's pins", () => {
  for (const pin of pins) {
    it(`${pin.name} is the version that its go.mod requires and its go.sum checks`, () => {
      const wanted = `${modules[pin.name]} v${pin.version}`;
      assert.ok(readModule(pin.name, "go.mod").includes(wanted));
      assert.ok(readModule(pin.name, "go.sum").includes(`${wanted} h1:`));
      assert.equal(moduleDir(pin, "/clone"), `/clone/toolchain/go/${pin.name}`);
    });

    it(`${pin.name} compiles with the Go that is asked for`, () => {
      const [, needs = ""] = /^go (.+)$/m.exec(readModule(pin.name, "go.mod")) ?? [];
      assert.ok(atLeast(oldestGo, needs), `go.mod needs ${needs}`);
    });
  }

  it("never lets a build change its module", () => {
    for (const pin of pins) assert.ok(buildArguments(pin, "/tmp/out").includes("-mod=readonly"));
  });

  it("pins the versions that package.json asks for", () => {
    const { dependencies } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
    assert.equal(dependencies["@pulumi/command"], commandVersion);
    assert.equal(dependencies["@pulumi/pulumi"], pins.find(({ name }) => name === "pulumi")?.version);
  });
});
