import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { demandLabPassphrase, demandLabStack, isForeignProject } from "../../../commands/lab-only.ts";
import { demandOneStack, isLabStack, isPreview, namedStacks } from "../../../commands/named-stack.ts";
import { JedaError } from "../../../src/model/errors.ts";
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
    ["stack new", [""]],
    ["stack select", [""]],
    ["stack new melati", ["melati"]],
    ["stack init -- melati", ["melati"]],
    ["stack init --teams lab melati", ["melati"]],
    ["stack select -c melati", ["melati"]],
    ["stack select -cs melati", ["melati"]],
    ["stack select --create melati", ["melati"]],
    ["stack remove -y melati", ["melati"]],
    ["stack rm -yf melati", ["melati"]],
    ["stack get melati", ["melati"]],
    ["stack import --file state.json", []],
    ["stack import -fs melati --file state.json", ["melati"]],
    ["cancel -y melati", ["melati"]],
    ["preview -rs melati", ["melati"]],
    ["preview -r -s melati", ["melati"]],
    ["import -f -s melati", ["melati"]],
    ["state move --source lab --dest melati urn", ["lab", "melati"]],
    ["up -d --yes", []],
    ["config cp --dest melati -s lab", ["melati", "lab"]],
    ["up -c jeda:zone=UTC -m melati", []],
    ["config set --secret --path jeda:credentials.a.password stack", []],
    ["up -- --stack melati", []],
    ["up -cjeda:hospital=x -tu -x urn", []],
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

  it("may be one only", () => {
    for (const line of ["up -s lab", "up -s lab --stack=lab", "config cp -s lab --dest melati"]) {
      demandOneStack(words(line));
    }
    for (const line of ["up --stack lab --stack melati", "-s melati up -ys lab"]) {
      assert.throws(() => demandOneStack(words(line)), /more than one stack: (lab, melati|melati, lab)/);
    }
  });

  it("is only looked at by a preview, of whatever verb", () => {
    for (const line of [
      "-s lab --color never preview --diff",
      "pre",
      "refresh --preview-only",
      "destroy --preview-only=true",
    ]) {
      assert.ok(isPreview(words(line)), line);
    }
    for (const line of ["up", "refresh", "destroy --preview-only=false", "config set preview x"]) {
      assert.ok(!isPreview(words(line)), line);
    }
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
    refused("stack select -c melati");
    refused("preview -r -s melati");
  });

  it("the lab's is let through, and what names none", () => {
    for (const line of ["up", "up --stack lab", "stack select lab", "version", "stack output"]) {
      demandLabStack(words(line), {}, top);
    }
  });

  it("a selected stack of one's own is refused too, where a stack is needed", () => {
    const project = createHash("sha1").update(join(repository, "Pulumi.yaml")).digest("hex");
    mkdirSync(join(top, "workspaces"));
    const file = join(top, "workspaces", `jeda-${project}-workspace.json`);
    writeFileSync(file, JSON.stringify({ stack: "organization/jeda/melati" }));
    for (const line of ["up", "config set a b", "stack", "stack import", "stack rm"]) refused(line);
    for (const line of ["version", "stack ls", "stack unselect", "up --help", "up -s lab"]) {
      demandLabStack(words(line), {}, top);
    }
    rmSync(file);
  });

  it("the lab's window wants no passphrase but its own", () => {
    const lab = join(repository, "stacks/Pulumi.lab.yaml");
    const file = join(top, "passphrase");
    for (const good of [{}, { PULUMI_CONFIG_PASSPHRASE: "" }, { PULUMI_CONFIG_PASSPHRASE: "jeda-lab" }]) {
      demandLabPassphrase(good, lab);
    }
    writeFileSync(file, "jeda-lab\n");
    demandLabPassphrase({ PULUMI_CONFIG_PASSPHRASE_FILE: file }, lab);
    writeFileSync(file, "another\n");
    const others = [
      { PULUMI_CONFIG_PASSPHRASE: "another" },
      { PULUMI_CONFIG_PASSPHRASE_FILE: file },
      { PULUMI_CONFIG_PASSPHRASE_FILE: "/nowhere" },
    ];
    for (const other of others) {
      assert.throws(() => demandLabPassphrase(other, lab), /another passphrase than that of the lab's stack/);
    }
  });

  it("another project's words get nothing of the lab's", () => {
    assert.ok(!isForeignProject(["up"], repository));
    assert.ok(!isForeignProject(["-C", "stacks", "up"], repository));
    mkdirSync(join(top, "other"));
    assert.ok(isForeignProject(["up"], join(top, "other")));
    writeFileSync(join(top, "other/Pulumi.yaml"), "name: other\n");
    assert.ok(isForeignProject(["-C", join(top, "other"), "up"], repository));
    assert.ok(isForeignProject(["new", "--dir", join(top, "third")], repository));
    assert.ok(isForeignProject([`--cwd=${join(top, "other")}`, "up"], repository));
  });
});
