import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { frameOf } from "../../../src/errors/code-frame.ts";
import { asRunErrorText, errorLine, errorText } from "../../../src/errors/error-text.ts";
import { JedaError, JedaErrors } from "../../../src/model/errors.ts";

describe("an error, printed", () => {
  let baseDir: string;
  before(() => {
    baseDir = mkdtempSync(join(tmpdir(), "jeda-print-"));
    writeFileSync(join(baseDir, "a.yaml"), "one: 1\ntwo: x\n");
  });
  after(() => rmSync(baseDir, { recursive: true }));
  const at = { file: "a.yaml", line: 2, column: 6 };

  it("shows place, line, what to do, and that nothing was changed", () => {
    const error = new JedaError("CONFIG", '"x" is not a number', { at, hint: "write a number" });
    const wanted = [
      'a.yaml:2:6: "x" is not a number',
      "  2 | two: x",
      "    |      ^",
      "  what to do: write a number",
      "nothing was changed",
    ].join("\n");
    assert.equal(errorText(error, { baseDir }), wanted);
    assert.equal(asRunErrorText(new JedaErrors([error]), baseDir), wanted);
    assert.equal(errorLine(error), 'a.yaml:2:6: "x" is not a number – write a number');
  });

  it("counts several, and says what was changed", () => {
    const errors = [
      new JedaError("UNREACHABLE", "edge does not answer"),
      new JedaError("DEADLINE", "too late", { changed: "office was isolated" }),
    ];
    const wanted = "2 errors:\nedge does not answer\ntoo late\nchanged before this: office was isolated";
    assert.equal(errorText(new JedaErrors(errors), { baseDir }), wanted);
  });

  it("goes without the line when the file can't be read", () => {
    const error = new JedaError("CONFIG", "wrong", { at: { ...at, file: "b.yaml" } });
    assert.equal(errorText(error, { baseDir }), "b.yaml:2:6: wrong\nnothing was changed");
  });

  it("has a trace only when nobody expected it", () => {
    assert.match(errorText(new TypeError("oops")), /did not expect this[\s\S]*TypeError: oops\n\s+at /);
    assert.doesNotMatch(errorText(new JedaError("LOCKED", "held")), /\n\s+at /);
  });
});

describe("the line of an error", () => {
  it("is not shown where a secret may stand", () => {
    const lines = [
      "config:",
      "  jeda:hospital: X",
      "  jeda:credentials:",
      "    a:",
      "      pasword: hunter2",
      "  jeda:zone: Y",
    ];
    const shown = (line: number) => frameOf(lines, { file: "f", line, column: 3 }).length > 0;
    assert.deepEqual([2, 3, 4, 5, 6].map(shown), [true, false, false, false, true]);
    assert.deepEqual(frameOf(["  x: { password: hunter2 }"], { file: "f", line: 1, column: 3 }), []);
  });

  it("is cut around the place when it is long", () => {
    const line = `${"a".repeat(300)}X${"b".repeat(300)}`;
    const [shown = "", mark = ""] = frameOf([line], { file: "f", line: 1, column: 301 });
    assert.ok(shown.length < 120);
    assert.equal(shown[mark.indexOf("^")], "X");
  });

  it("keeps the mark in its place behind tabs", () => {
    assert.deepEqual(frameOf(["\ta: b"], { file: "f", line: 1, column: 5 }), [
      "  1 | \ta: b",
      "    | \t   ^",
    ]);
  });
});
