/**
 * A slice of the fault matrix that is quick enough for every run of the tests, and with JEDA_NIGHTLY=1 a larger one
 * (`.ci/nightly`); all of it: `npm run -s faults`.
 */
import assert from "node:assert/strict";
import type { Cell } from "./fault.ts";
import { wholeMatrix } from "./matrix.ts";
import { clearLabs, runMatrix } from "./run-matrix.ts";

/**
 * Faults after which the window ends early: a long deadline keeps a busy machine from ending it first. One lab, for
 * another test file has the other core.
 */
const everyRun = ["backing-up/runner-killed", "isolated/greeting-at-every-login"];
const nightly = ["isolated/edge-sshd-killed", "backing-up/aborted-by-an-operator"];
const names = process.env.JEDA_NIGHTLY === undefined ? everyRun : [...nightly, ...everyRun];
const reconnectByMs = 180_000;

describe("a slice of the fault matrix", function () {
  this.timeout(900_000);
  const where = { labs: 1, prefix: `s${process.pid}x` };
  after(() => clearLabs(where));

  it(`keeps every invariant in ${names.join(", ")}, and in the windows after them`, async () => {
    const cells = names.map((name) => wholeMatrix.find((cell) => cell.name === name));
    const known = cells.filter((cell): cell is Cell => cell !== undefined);
    assert.equal(known.length, names.length);
    const outcomes = await runMatrix(known, {
      ...where,
      reconnectByMs,
      calm: "last",
      onOutcome: () => {},
      log: () => {},
    });
    assert.equal(outcomes.length, names.length);
    assert.deepEqual(
      outcomes.filter(({ broken }) => broken.length > 0),
      [],
    );
  });
});
