import assert from "node:assert/strict";
import fc from "fast-check";
import { type DumpContents, scanDump } from "../../../src/backup/mariadb/dump-scanner.ts";
import { dumpText, TRIGGER, tables } from "./dump-text.ts";

function scan(text: string | Uint8Array, cuts: readonly number[] = []): DumpContents {
  const bytes = typeof text === "string" ? Buffer.from(text) : text;
  const scanner = scanDump();
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  for (let index = 1; index < edges.length; index++)
    scanner.write(bytes.subarray(edges[index - 1], edges[index]));
  return scanner.end();
}

describe("dump scanner", () => {
  it("counts what was written, however the stream is cut up", () => {
    fc.assert(
      fc.property(tables, fc.boolean(), fc.array(fc.nat(), { maxLength: 20 }), (written, trigger, cuts) => {
        const text = dumpText(written, trigger);
        const contents = scan(text, cuts);
        assert.deepEqual(
          [...contents.rows],
          written.map(({ name, rows }) => [name, rows.length]),
        );
        assert.deepEqual([...contents.objects], trigger ? ["trigger audit"] : []);
        assert.equal(contents.complete, true);
        assert.equal(contents.bytes, Buffer.byteLength(text));
      }),
      { numRuns: 500 },
    );
  });

  it("is the same byte by byte", () => {
    fc.assert(
      fc.property(tables, (written) => {
        const bytes = Buffer.from(dumpText(written, true));
        assert.deepEqual(scan(bytes, [...bytes.keys()]), scan(bytes));
      }),
      { numRuns: 50 },
    );
  });

  it("never takes a shorter stream for a complete one", () => {
    fc.assert(
      fc.property(tables, fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (written, share) => {
        const bytes = Buffer.from(dumpText(written, true));
        // Without its last two bytes the trailer itself is cut.
        const cut = bytes.subarray(0, Math.floor(share * (bytes.length - 1)));
        assert.equal(scan(cut).complete, false);
      }),
      { numRuns: 300 },
    );
  });

  it("does not believe a trailer inside a value, a trigger or before the end", () => {
    assert.equal(scan("INSERT INTO `a` VALUES\n('\n-- Dump completed\n").complete, false);
    assert.equal(scan(TRIGGER.replace("END */;;", "-- Dump completed\n")).complete, false);
    assert.equal(scan("-- Dump completed\nINSERT INTO `a` VALUES (1);\n").complete, false);
    assert.equal(scan("SELECT 1;\n-- Dump completed on 2026-01-01 0:00:00\n").complete, true);
  });

  it("names views, routines and events, whoever wrote them", () => {
    const text = [
      "/*!50001 CREATE ALGORITHM=UNDEFINED */\n/*!50013 DEFINER=`x`@`%` SQL SECURITY DEFINER */\n/*!50001 VIEW `v` AS select 1 */;",
      "DELIMITER ;;\nCREATE DEFINER=`table`@`%` PROCEDURE `my proc`()\nBEGIN SELECT 'it''s'; END ;;",
      'CREATE DEFINER=`x`@`%` FUNCTION "f"() RETURNS int(11)\nRETURN 1 ;;',
      "/*!50106 CREATE*/ /*!50117 DEFINER=`x`@`%`*/ /*!50106 EVENT nightly ON SCHEDULE EVERY 1 DAY DO DELETE FROM t */ ;;",
      "DELIMITER ;\n-- Dump completed\n",
    ].join("\n");
    assert.deepEqual([...scan(text).objects], ["view v", "procedure my proc", "function f", "event nightly"]);
  });

  it("repeats what the dump was not allowed to read", () => {
    const { complaints } = scan(
      "-- insufficient privileges to SHOW CREATE FUNCTION `f`\n-- Dump completed\n",
    );
    assert.deepEqual(complaints, ["insufficient privileges to SHOW CREATE FUNCTION `f`"]);
  });
});
