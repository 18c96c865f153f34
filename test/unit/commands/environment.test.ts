import assert from "node:assert/strict";
import { join } from "node:path";
import { describeEnvironment } from "../../../commands/environment.ts";
import { pulumiHome, toolBin, toolchainDir } from "../../../toolchain/paths.ts";

describe("Pulumi's environment", () => {
  it("is the lab's when the environment names no backend", () => {
    const { variables, isLab, pulumi } = describeEnvironment("two", { PATH: "/usr/bin" }, null);
    assert.equal(isLab, true);
    assert.equal(variables.PULUMI_BACKEND_URL, "file:///run/jeda-lab/two/pulumi");
    assert.equal(variables.PULUMI_CONFIG_PASSPHRASE, "jeda-lab");
    assert.equal(variables.PULUMI_HOME, pulumiHome());
    assert.equal(
      variables.PATH,
      `${join(toolchainDir(), "bin")}:${join(toolchainDir(), "node/bin")}:/usr/bin`,
    );
    assert.equal(pulumi, toolBin("pulumi"));
  });

  it("leaves a named backend and a named passphrase alone", () => {
    const given = { PULUMI_BACKEND_URL: "s3://states" };
    const { variables, isLab } = describeEnvironment("lab", given, null);
    assert.equal(isLab, false);
    assert.ok(!("PULUMI_BACKEND_URL" in variables) && !("PULUMI_CONFIG_PASSPHRASE" in variables));
    for (const name of ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"]) {
      assert.ok(
        !("PULUMI_CONFIG_PASSPHRASE" in describeEnvironment("lab", { [name]: "own" }, null).variables),
      );
    }
  });

  it("hides our home and our stand-ins from the official CLI", () => {
    const { variables, pulumi } = describeEnvironment("lab", { PATH: "/opt/pulumi" }, "/opt/pulumi/pulumi");
    assert.equal(pulumi, "/opt/pulumi/pulumi");
    assert.ok(!("PULUMI_HOME" in variables));
    assert.equal(variables.PATH, `${join(toolchainDir(), "node/bin")}:/opt/pulumi`);
  });

  it("puts nothing twice on PATH", () => {
    const once = describeEnvironment("lab", { PATH: "/usr/bin" }, null).variables;
    assert.equal(describeEnvironment("lab", once, null).variables.PATH, once.PATH);
  });
});
