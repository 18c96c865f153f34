import assert from "node:assert/strict";
import { compareContents, type Loaded } from "../../../../../src/backup/mariadb/content-proof/compare.ts";
import { objectProofs } from "../../../../../src/backup/mariadb/content-proof/definitions/object-proofs.ts";
import type { Proof } from "../../../../../src/backup/mariadb/content-proof/proof.ts";

const defined = (objects: Record<string, Record<string, string>>) =>
  new Map(Object.entries(objects).map(([name, aspects]) => [name, new Map(Object.entries(aspects))]));

const BEFORE = defined({
  "table t": { columns: "c", keys: "k", text: "x" },
  "view v": { body: "b", text: "y" },
});

const proof: Proof = {
  version: 1,
  database: "simrs",
  server: "10.11.19-MariaDB",
  at: "2026-11-28T22:00:00.000Z",
  events: true,
  tables: [{ table: "t", sums: [{ rows: 2, sum: "9" }] }],
  objects: objectProofs(BEFORE, BEFORE),
  sequences: [{ sequence: "s", values: ["10", "20"] }],
};

const loaded: Loaded = {
  server: "10.11.6-MariaDB",
  definitions: BEFORE,
  sequences: new Map([["s", "20"]]),
  tables: new Map([["t", { sum: { rows: 2, sum: "9" }, parts: {}, floats: false }]]),
};

describe("a loaded copy against its proof", () => {
  it("is proved when all of it is the same", () => {
    assert.deepEqual(compareContents(proof, loaded), { differences: [], unproved: [], fraction: 1 });
  });

  it("names the object and the kind of what differs, is missing, or is too much", () => {
    const definitions = defined({
      "table t": { columns: "c", keys: "other", checks: "new", text: "z" },
      "trigger new": { body: "b" },
    });
    assert.deepEqual(compareContents(proof, { ...loaded, definitions }).differences, [
      "table t: other keys, checks",
      "view v does not come back",
      "trigger new comes back, but is not in the source",
    ]);
    const text = defined({
      "table t": { columns: "c", keys: "k", text: "z" },
      "view v": { body: "b", text: "y" },
    });
    assert.deepEqual(compareContents(proof, { ...loaded, definitions: text }).differences, [
      "table t: other definition by the server's own text",
    ]);
  });

  it("of another version is not compared by what versions spell differently", () => {
    const definitions = defined({
      "table t": { columns: "c", keys: "k", text: "z", news: "n" },
      "view v": { body: "b" },
    });
    assert.deepEqual(compareContents(proof, { ...loaded, server: "11.8.2", definitions }).differences, []);
  });

  it("may hold a definition as it was before the dump or after, and what was made or dropped meanwhile", () => {
    const after = defined({ "table t": { columns: "c2", keys: "k", text: "x2" }, "view w": { body: "w" } });
    const both = { ...proof, objects: objectProofs(BEFORE, after) };
    const without = {
      ...loaded,
      definitions: defined({ "table t": { columns: "c2", keys: "k", text: "x2" } }),
    };
    assert.deepEqual(compareContents(both, loaded).differences, []);
    assert.deepEqual(compareContents(both, without).differences, []);
  });

  it("has a sequence that goes on where the source's does, or did as the dump began", () => {
    const sequence = (value: string) =>
      compareContents(proof, { ...loaded, sequences: new Map([["s", value]]) }).differences;
    assert.deepEqual([sequence("10"), sequence("15"), sequence("20")], [[], [], []]);
    assert.match(sequence("1").join(), /sequence s: its next value comes back as 1 instead of 20/);
  });

  it("is never wholly proved where something could not be seen or compared", () => {
    const unseen = compareContents({ ...proof, events: false }, loaded);
    assert.match(unseen.unproved.join(), /events: .* DISABLED/);
    assert.ok(unseen.fraction < 1);
    const tables = new Map([...loaded.tables, ["late", null] as const]);
    const late = compareContents(proof, { ...loaded, tables });
    assert.match(late.unproved.join(), /table late was made while the dump ran/);
    assert.ok(late.fraction < 1);
  });
});
