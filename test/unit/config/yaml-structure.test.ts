import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadFromStackFile } from "../../../src/config/load.ts";
import { readRunbook } from "../../../src/config/runbook.ts";
import { readYaml } from "../../../src/config/yaml/positions.ts";
import { errorsOf, hospitalYaml, loadText } from "./hospital-yaml.ts";

const bomb = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
  .concat(Array.from({ length: 8 }, (_, at) => `a${at + 1}: &a${at + 1} [${`*a${at}, `.repeat(9)}*a${at}]`))
  .join("\n");

/** What is written, where the error points, and what it says. */
const refused: readonly (readonly [what: string, text: string, at: string, message: RegExp])[] = [
  ["an unknown alias", "a: 1\nb: *nope\n", "2:4", /"\*nope" has no anchor before it/],
  ["an alias of itself", "a: &a [1, *a]\n", "1:11", /"\*a" contains itself/],
  ["an alias bomb", bomb, "5:9", /stands for more than 100000 values/],
  ["a merge of a number", "a:\n  <<: 5\n", "2:3", /"<<" takes in is no map/],
  ["a merge of a list of numbers", "a: { <<: [1] }\n", "1:6", /"<<" takes in is no map/],
  ["a doubled key", "a: 1\nb: { c: 1, c: 2 }\n", "2:12", /"c" is there twice/],
  ["two documents", "a: 1\n---\nb: 2\n", "2:1", /multiple documents/],
  ["a tab", "a:\n\tb: 1\n", "2:1", /[Tt]ab/],
  ["a tag", "a: !!js/function 'x'\n", "1:4", /Unresolved tag/],
  ["a tag that makes bytes", "a: 1\nb: !!binary aGk=\n", "2:13", /the tag "!!binary" changes/],
  ["a tag that makes a set", "a: !!set { b, c }\n", "1:10", /the tag "!!set" changes/],
  ["a tag that makes text", "a: !!str 5\n", "1:10", /the tag "!!str" changes/],
  ["the tag of no name", "a: ! 5\n", "1:6", /the tag "!" changes/],
  ["lines that end with CR alone", "a: 1\rb: 2\r", "1:5", /ends with CR alone/],
  ["one line that ends with CR alone", "a: 1\r\nb: 2\rc: 3\n", "2:5", /ends with CR alone/],
  ["a line of the engine's inside a comment", "a: 1 # x\u2028b: 2\n", "1:9", /U\+2028 ends a line/],
  ["an end of line of the engine's", "a: 1\u0085b: 2\n", "1:5", /U\+0085 ends a line/],
  ["a directive", "%YAML 1.1\n---\na: yes\n", "1:1", /%YAML directive/],
  ["a key that is a list", "? [a, b]\n: 1\n", "1:3", /a key that is no plain text/],
  ["brackets without end", "a: [".repeat(20_000), "1:2004", /nested too deeply/],
  ["dashes without end", `a:\n${"- ".repeat(20_000)}x\n`, "2:1", /nested too deeply/],
  ["a key of 100,000 characters", `${"k".repeat(100_000)}: 1\n`, "1:1", /not YAML/],
];

describe("YAML is refused with its place for", () => {
  for (const [what, text, at, message] of refused) {
    it(what, () => {
      const [error] = errorsOf(() => readYaml("f.yaml", text));
      assert.ok(error?.at !== undefined && error.hint !== undefined);
      assert.match(error.message, message);
      assert.ok(error.message.length < 400);
      assert.equal(`${error.at.line}:${error.at.column}`, at);
    });
  }
});

describe("YAML is read", () => {
  it("with a mark before it, with CRLF, with anchors and merges", () => {
    assert.deepEqual(readYaml("f", "\uFEFFa: 1\r\nb: &b { c: 2 }\r\nd: { <<: *b, e: *b }\r\n").content, {
      a: 1,
      b: { c: 2 },
      d: { c: 2, e: { c: 2 } },
    });
    assert.deepEqual(
      loadText(`\uFEFF${hospitalYaml.replaceAll("\n", "\r\n")}`).hospital,
      loadText(hospitalYaml).hospital,
    );
  });
});

describe("a configuration file is refused when it", () => {
  let top: string;
  before(() => {
    top = mkdtempSync(join(tmpdir(), "jeda-config-"));
    for (const folder of ["stacks", "runbooks"]) mkdirSync(join(top, folder));
  });
  after(() => rmSync(top, { recursive: true }));

  const kinds: readonly (readonly [
    what: string,
    make: (file: string) => void,
    at: string,
    message: RegExp,
  ])[] = [
    ["is a directory", (file) => mkdirSync(file), "1:1", /is a directory/],
    ["is a named pipe", (file) => execFileSync("mkfifo", [file]), "1:1", /is not a file/],
    ["is a link to itself", (file) => symlinkSync(file, file), "1:1", /can't be read: ELOOP/],
    ["has ten megabytes", (file) => writeFileSync(file, "#".repeat(10_485_760)), "1:1", /has 10485760 bytes/],
    [
      "is not UTF-8",
      (file) => writeFileSync(file, Buffer.from("config:\n  jeda:hospital: Sant\xe9\n", "latin1")),
      "2:22",
      /is not UTF-8 from here on/,
    ],
    ["is UTF-16", (file) => writeFileSync(file, "\uFEFFconfig:\n", "utf16le"), "1:1", /is not UTF-8/],
  ];
  for (const [index, [what, make, at, message]] of kinds.entries()) {
    it(what, () => {
      make(join(top, `stacks/Pulumi.s${index}.yaml`));
      make(join(top, `runbooks/r${index}.yaml`));
      for (const load of [() => loadFromStackFile(`s${index}`, top), () => readRunbook(`r${index}`, top)]) {
        const [error] = errorsOf(load);
        assert.ok(error?.at !== undefined && error.hint !== undefined);
        assert.match(error.message, message);
        assert.equal(`${error.at.line}:${error.at.column}`, at);
      }
    });
  }
});
