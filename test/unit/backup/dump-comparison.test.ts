import assert from "node:assert/strict";
import fc from "fast-check";
import { compareWithInventories } from "../../../src/backup/mariadb/dump-comparison.ts";
import type { DumpContents } from "../../../src/backup/mariadb/dump-scanner.ts";
import type { Inventory } from "../../../src/backup/mariadb/row-counts.ts";

const usual = { events: "listed", history: false, charset: "latin1", collation: "x", bytes: 0 } as const;

function inventory(rows: Record<string, number>, objects: readonly string[] = []): Inventory {
  const tables = Object.entries(rows).map(
    ([name, count]) => [name, { rows: count, engine: "InnoDB" }] as const,
  );
  return { tables: new Map(tables), objects: new Set(objects), ...usual };
}

function dump(rows: Record<string, number>, change: Partial<DumpContents> = {}): DumpContents {
  const objects = new Set<string>();
  return {
    rows: new Map(Object.entries(rows)),
    objects,
    complete: true,
    proof: [],
    complaints: [],
    bytes: 1,
    ...change,
  };
}

describe("dump comparison", () => {
  it("accepts exactly the counts between the two of the server", () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(50), fc.nat(60), (before, after, saved) => {
        const { problems } = compareWithInventories(
          inventory({ t: before }),
          inventory({ t: after }),
          dump({ t: saved }),
        );
        const between = saved >= Math.min(before, after) && saved <= Math.max(before, after);
        assert.equal(problems.length === 0, between);
      }),
    );
  });

  it("refuses a dump without trailer, table, view, or with a complaint", () => {
    const held = inventory({ a: 1 }, ["view v"]);
    const judge = (contents: DumpContents): string =>
      compareWithInventories(held, held, contents).problems.join();
    const objects = new Set(["view v"]);
    assert.equal(judge(dump({ a: 1 }, { objects })), "");
    assert.match(judge(dump({ a: 1 }, { objects, complete: false })), /cut short/);
    assert.match(judge(dump({}, { objects })), /table a is not in it/);
    assert.match(judge(dump({ a: 1 })), /view v is not in it/);
    assert.match(judge(dump({ a: 1 }, { objects, complaints: ["insufficient privileges"] })), /insufficient/);
  });

  it("explains growth, and names tables outside the transaction", () => {
    const before = inventory({ a: 1 });
    const after: Inventory = { ...before, tables: new Map([["a", { rows: 3, engine: "MyISAM" }]]) };
    const first: Inventory = { ...before, tables: new Map([["a", { rows: 1, engine: "MyISAM" }]]) };
    const { findings } = compareWithInventories(first, after, dump({ a: 2 }));
    assert.match(findings.join(" "), /a grew from 1 to 3, saved with 2.*later moment than the rest: a/);
  });
});
