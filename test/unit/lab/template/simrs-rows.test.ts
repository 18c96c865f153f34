import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { insertStatements, simrsRows } from "../../../../lab/template/simrs-rows.ts";

const rowsOf = (size: "standard" | "tiny") =>
  new Map(simrsRows(size).map(({ table, rows }) => [table, [...rows]]));

describe("the lab database's rows", () => {
  it("are as many as promised", () => {
    const count = (size: "standard" | "tiny") =>
      [...rowsOf(size).values()].reduce((sum, rows) => sum + rows.length, 0);
    assert.ok(count("standard") >= 200_000);
    assert.ok(count("tiny") >= 1000 && count("tiny") < 2000);
  });

  it("are the same every time", () => {
    const digest = () => {
      const hash = createHash("sha256");
      for (const table of simrsRows("tiny"))
        for (const statement of insertStatements(table)) hash.update(statement);
      return hash.digest("hex");
    };
    assert.equal(digest(), digest());
  });

  it("refer only to rows that exist", () => {
    const tables = rowsOf("tiny");
    const column = (table: string, index: number) => (tables.get(table) ?? []).map((row) => row[index]);
    for (const [table, index, target] of [
      ["dokter", 3, "poliklinik"],
      ["registrasi", 1, "pasien"],
      ["registrasi", 2, "poliklinik"],
      ["registrasi", 3, "dokter"],
      ["kunjungan", 1, "registrasi"],
      ["pemeriksaan_lab", 1, "registrasi"],
      ["resep", 1, "kunjungan"],
      ["resep", 2, "dokter"],
      ["resep_obat", 0, "resep"],
      ["resep_obat", 2, "obat"],
    ] as const) {
      const known = new Set(column(target, 0));
      for (const value of column(table, index)) assert.ok(known.has(value ?? null), `${table}: ${value}`);
    }
    assert.equal(new Set(column("pasien", 2)).size, column("pasien", 2).length, "nik is unique");
  });

  it("quote what needs quoting, in batches of at most 1,000", () => {
    const rows = Array.from({ length: 1001 }, (_, index) => [index, "Ma'ruf \\ x", null]);
    const [first, second, ...more] = [...insertStatements({ table: "t", rows })];
    assert.ok(first?.startsWith("INSERT INTO t VALUES (0,'Ma''ruf \\\\ x',NULL),"));
    assert.equal(second, "INSERT INTO t VALUES (1000,'Ma''ruf \\\\ x',NULL);\n");
    assert.deepEqual(more, []);
  });
});
