import assert from "node:assert/strict";
import { differences } from "../../../pulumi-protocol/diff.ts";
import { secret } from "../../../pulumi-protocol/wire.ts";

describe("differences", () => {
  it("names one path for each rule that came, went or changed", () => {
    const found = differences(
      { rules: { "input/ssh": "a", "input/old": "x", kept: "k" } },
      { rules: { "input/ssh": "b", "input/new": "y", kept: "k" } },
    );
    assert.deepEqual(
      found.map(({ path, kind }) => [path, kind]),
      [
        ['rules["input/ssh"]', "update"],
        ['rules["input/old"]', "delete"],
        ['rules["input/new"]', "add"],
      ],
    );
  });

  it("tells a quiet property only when nothing else differs", () => {
    const quiet = ["text"];
    assert.deepEqual(
      differences({ text: "a", n: 1 }, { text: "b", n: 2 }, quiet).map((d) => d.path),
      ["n"],
    );
    assert.deepEqual(
      differences({ text: "a", n: 1 }, { text: "b", n: 1 }, quiet).map((d) => d.path),
      ["text"],
    );
  });

  it("compares secrets by value and names no path inside them", () => {
    const before = { all: secret({ a: "1", b: "2" }) };
    assert.deepEqual(differences(before, { all: secret({ b: "2", a: "1" }) }), []);
    assert.deepEqual(
      differences(before, { all: secret({ a: "1", b: "3" }) }).map((d) => d.path),
      ["all"],
    );
  });

  it("finds nothing in inputs of the same meaning, whatever the order of keys", () => {
    assert.deepEqual(differences({ a: { x: 1, y: [1, 2] } }, { a: { y: [1, 2], x: 1 } }), []);
  });
});
