import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compatiblePulumi, isCompatible, officialPulumi } from "../../../../toolchain/build/official.ts";

describe("the official Pulumi CLI", () => {
  let top: string;
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), "jeda-official-"));
  });
  afterEach(() => rmSync(top, { recursive: true, force: true }));

  function install(folder: string, ...names: string[]): string {
    mkdirSync(join(top, folder), { recursive: true });
    for (const name of names) {
      writeFileSync(join(top, folder, name), "#!/bin/sh\n");
      chmodSync(join(top, folder, name), 0o755);
    }
    return join(top, folder);
  }

  const look = (folders: string[], version = "v3.240.0") =>
    compatiblePulumi({ PATH: folders.join(":"), JEDA_CACHE: join(top, "cache") }, () => version);

  it("is compatible from 3.220 to before 4", () => {
    for (const version of ["v3.220.0", "v3.250.0", "3.999.1"]) assert.ok(isCompatible(version), version);
    for (const version of ["v3.219.9", "v4.0.0", "v2.99.0", "", "command not found"]) {
      assert.ok(!isCompatible(version), version);
    }
  });

  it("is taken from PATH with its language host beside it", () => {
    const folder = install("official", "pulumi", "pulumi-language-nodejs");
    assert.equal(look(["/nowhere", folder]), join(folder, "pulumi"));
  });

  it("is taken through a link whose target has the language host", () => {
    const folder = install("opt", "pulumi", "pulumi-language-nodejs");
    mkdirSync(join(top, "usr"));
    symlinkSync(join(folder, "pulumi"), join(top, "usr/pulumi"));
    assert.equal(look([join(top, "usr")]), join(top, "usr/pulumi"));
  });

  it("is used only when its command plugin is there, whole", () => {
    const folder = install("official", "pulumi", "pulumi-language-nodejs");
    const use = () => officialPulumi({ PATH: folder, PULUMI_HOME: join(top, "home") }, () => "v3.240.0");
    assert.equal(use(), null);
    install("home/plugins/resource-command-v1.0.0", "pulumi-resource-command");
    assert.equal(use(), null);
    install("home/plugins/resource-command-v1.2.1", "pulumi-resource-command");
    assert.equal(use(), join(folder, "pulumi"));
    install("home/plugins", "resource-command-v1.2.1.partial");
    assert.equal(use(), null);
  });

  it("is passed over without a language host, or at another version", () => {
    assert.equal(look([install("bare", "pulumi")]), null);
    assert.equal(look([install("old", "pulumi", "pulumi-language-nodejs")], "v3.100.0"), null);
  });

  it("is never our own, nor the shim that stands for it", () => {
    const ours = install("cache/toolchain/abc/bin", "pulumi", "pulumi-language-nodejs");
    const shim = install("clone/toolchain/shim", "pulumi");
    assert.equal(look([shim, ours]), null);
    const official = install("official", "pulumi", "pulumi-language-nodejs");
    assert.equal(look([shim, ours, official]), join(official, "pulumi"));
  });
});
