import { deepEqual, equal, match, ok, throws } from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import type { JournalBody } from "../../../src/model/journal.ts";
import { parseJournal, readJournal } from "../../../src/window/journal/journal-read.ts";
import { openJournal } from "../../../src/window/journal/journal-writer.ts";

const at = "2017-05-15T00:00:00.000+07:00";
const body: fc.Arbitrary<JournalBody> = fc.oneof(
  fc.record({ type: fc.constant("note" as const), text: fc.string({ unit: "grapheme" }) }),
  fc.record({ type: fc.constant("released" as const), edge: fc.string() }),
  fc.record({ type: fc.constant("source-progress" as const), source: fc.string(), bytes: fc.nat() }),
);
const bodies = fc.array(body, { minLength: 1, maxLength: 8 });

describe("the journal", () => {
  let directory = "";
  let path = "";
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "jeda-journal-"));
    path = join(directory, "w", "journal.jsonl");
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const write = (written: readonly JournalBody[]): string => {
    rmSync(join(directory, "w"), { recursive: true, force: true });
    const journal = openJournal(path);
    for (const one of written) journal.append(one, at);
    journal.close();
    return readFileSync(path, "utf8");
  };

  it("gives back what was written, in order and chained", () => {
    fc.assert(
      fc.property(bodies, (written) => {
        write(written);
        const { entries, torn } = readJournal(path);
        ok(!torn);
        deepEqual(
          entries.map(({ seq, at: _at, prev: _prev, hash: _hash, ...rest }) => ({ seq, ...rest })),
          written.map((one, seq) => ({ seq, ...one })),
        );
      }),
      { numRuns: 30 },
    );
  });

  it("loses only the last line when it is torn at any byte, and goes on after the whole ones", () => {
    fc.assert(
      fc.property(bodies, fc.nat(), (written, where) => {
        const whole = Buffer.from(write(written));
        const cut = where % whole.length;
        writeFileSync(path, whole.subarray(0, cut));
        const complete = whole.subarray(0, cut).toString("latin1").split("\n").length - 1;
        const journal = openJournal(path);
        equal(journal.entries.length, complete);
        journal.append({ type: "note", text: "resumed" }, at);
        journal.close();
        equal(readJournal(path).entries.length, complete + 1);
      }),
      { numRuns: 30 },
    );
  });

  it("is not trusted when a line was changed, left out, doubled or moved", () => {
    fc.assert(
      fc.property(
        fc.array(body, { minLength: 3, maxLength: 6 }),
        fc.nat(),
        fc.constantFrom("change", "leave out", "double", "move"),
        (written, where, how) => {
          const lines = write(written).trimEnd().split("\n");
          const index = where % (lines.length - 1);
          const line = lines[index] ?? "";
          if (how === "change") lines[index] = line.replace(`"seq":${index}`, `"seq":${index + 1}`);
          if (how === "leave out") lines.splice(index, 1);
          if (how === "double") lines.splice(index, 0, line);
          if (how === "move") lines.push(...lines.splice(index, 1));
          throws(() => parseJournal(`${lines.join("\n")}\n`, "j"), /j:\d+: the journal's line \d+ /);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("can be read by nobody but its owner", () => {
    write([{ type: "note", text: "x" }]);
    equal(statSync(path).mode & 0o777, 0o600);
  });

  it("is not opened for writing when it is broken", () => {
    write([{ type: "note", text: "x" }]);
    appendFileSync(path, "garbage\n");
    throws(
      () => openJournal(path),
      (error: Error) => {
        match(error.message, /line 2 is damaged/);
        return true;
      },
    );
  });
});
