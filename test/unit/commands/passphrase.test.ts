import assert from "node:assert/strict";
import { join } from "node:path";
import { labPassphrase } from "../../../commands/environment.ts";
import { opensWith } from "../../../commands/passphrase.ts";
import { repository } from "../../../toolchain/paths.ts";

describe("a stack's passphrase", () => {
  const lab = join(repository, "stacks/Pulumi.lab.yaml");
  it("is recognised by the salt of its file", () => {
    assert.ok(opensWith(labPassphrase, lab));
    assert.ok(!opensWith("another", lab));
  });
  it("of a file without a salt is none", () => {
    assert.ok(!opensWith(labPassphrase, join(repository, "Pulumi.yaml")));
    assert.ok(!opensWith(labPassphrase, "/nowhere"));
  });
});
