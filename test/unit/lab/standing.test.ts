import assert from "node:assert/strict";
import { whileStanding } from "../../../lab/standing.ts";
import { JedaError } from "../../../src/model/errors.ts";

describe("an error after hosts of the lab were started", () => {
  it("never says that nothing was changed", () => {
    const error = whileStanding("two", new JedaError("PREREQUISITE", "no stack", { hint: "make one" }));
    assert.ok(error instanceof JedaError);
    assert.deepEqual([error.code, error.message, error.hint], ["PREREQUISITE", "no stack", "make one"]);
    assert.match(error.changed, /the lab "two" was raised.*lab:down/);
  });

  it("keeps what it says itself, and what is no error of ours", () => {
    const own = new JedaError("UNREACHABLE", "no report", { changed: "pulumi up had begun" });
    assert.equal(whileStanding("two", own), own);
    const other = new TypeError("x");
    assert.equal(whileStanding("two", other), other);
  });
});
