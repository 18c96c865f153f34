import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { JedaError } from "../../../src/model/errors.ts";
import { demandLabStack, isForeignProject } from "../../../toolchain/lab-only.ts";
import { isLabStack, namedStacks, verbOf } from "../../../toolchain/named-stack.ts";
import { repository } from "../../../toolchain/paths.ts";

const words = (line: string): string[] => line.split(" ");

describe("the stack that words for Pulumi name", () => {
  const lines: readonly (readonly [line: string, names: readonly string[]])[] = [
    ["up --stack melati", ["melati"]],
    ["up --stack=melati", ["melati"]],
    ["-s melati up", ["melati"]],
    ["up -s=melati", ["melati"]],
    ["up -smelati", ["melati"]],
    ["up -ys melati", ["melati"]],
    ["up -yfsmelati", ["melati"]],
    ["stack init melati", ["melati"]],
    ["stack --color never init melati", ["melati"]],
    ["stack select organization/jeda/melati", ["organization/jeda/melati"]],
    ["stack rename melati", ["melati"]],
    ["stack init", [""]],
    ["config cp --dest melati -s lab", ["melati", "lab"]],
    ["stack select", []],
    ["up -c jeda:zone=UTC -m melati", []],
    ["config set --secret --path jeda:credentials.a.password stack", []],
    ["up -- --stack melati", []],
  ];
  for (const [line, names] of lines) {
    it(line, () => assert.deepEqual(namedStacks(words(line), {}), names));
  }

  it("is that of PULUMI_STACK where the words name none", () => {
    assert.deepEqual(namedStacks(["up"], { PULUMI_STACK: "melati" }), ["melati"]);
    assert.deepEqual(namedStacks(["up", "-s", "lab"], { PULUMI_STACK: "melati" }), ["lab"]);
  });

  it("is the lab's by either name, and by no other", () => {
    for (const name of ["lab", "organization/lab", "organization/jeda/lab"])
      assert.ok(isLabStack(name), name);
    for (const name of ["Lab", "lab2", "organization/other/lab", "", "x/lab"])
      assert.ok(!isLabStack(name), name);
  });

  it("knows the verb behind flags", () => {
    assert.equal(verbOf(["-s", "lab", "--color", "never", "preview", "--diff"]), "preview");
  });
});

describe("without a backend of its own", () => {
  let top: string;
  before(() => {
    top = mkdtempSync(join(tmpdir(), "jeda-lab-only-"));
  });
  after(() => rmSync(top, { recursive: true }));

  const refused = (line: string, environment: NodeJS.ProcessEnv = {}): JedaError => {
    try {
      demandLabStack(words(line), environment, top);
    } catch (error) {
      assert.ok(error instanceof JedaError);
      return error;
    }
    return assert.fail(`${line} was let through`);
  };

  it("a stack of one's own is refused, with what to set and the line to type again", () => {
    for (const line of [
      "stack init melati",
      "config set --secret x y -s melati",
      "up -ys melati",
      "stack init",
    ]) {
      const { hint = "", changed } = refused(line);
      assert.match(hint, /PULUMI_BACKEND_URL=[\s\S]*PULUMI_CONFIG_PASSPHRASE_FILE=/);
      assert.ok(hint.includes(`npm run -s pulumi -- ${line}`), hint);
      assert.equal(changed, "nothing");
    }
    refused("up", { PULUMI_STACK: "melati" });
    refused("config cp --dest melati -s lab");
  });

  it("the lab's is let through, and what names none", () => {
    for (const line of ["up", "up --stack lab", "stack select lab", "version", "stack output"]) {
      demandLabStack(words(line), {}, top);
    }
  });

  it("another project's words get nothing of the lab's", () => {
    assert.ok(!isForeignProject(["up"], repository));
    assert.ok(!isForeignProject(["-C", "stacks", "up"], repository));
    mkdirSync(join(top, "other"));
    assert.ok(isForeignProject(["up"], join(top, "other")));
    writeFileSync(join(top, "other/Pulumi.yaml"), "name: other\n");
    assert.ok(isForeignProject(["-C", join(top, "other"), "up"], repository));
    assert.ok(isForeignProject([`--cwd=${join(top, "other")}`, "up"], repository));
  });
});
