import assert from "node:assert/strict";
import { parseOptions } from "../../../src/cli/parse-options.ts";
import { run as proof } from "../../../src/cli/verbs/proof.ts";
import { run as windowNext } from "../../../src/cli/verbs/window-next.ts";
import { JedaError } from "../../../src/model/errors.ts";

const options = { stack: { type: "string" }, count: { type: "string" }, json: { type: "boolean" } } as const;
const read = (line: string) => parseOptions(line.split(" "), options);

describe("the options of a verb", () => {
  it("are read by either spelling", () => {
    assert.equal(read("--stack=a --json --json").stack, "a");
    assert.equal(read("--count=-1").count, "-1");
  });

  it("are refused where one is there twice: which was meant is nothing to guess", () => {
    for (const line of ["--stack a --stack b", "--stack=a --json --stack b", "--stack a --stack a"]) {
      assert.throws(() => read(line), /--stack is there twice: "a" and "[ab]"/);
    }
  });

  it("are refused in one line where a value begins with a dash, or is missing", () => {
    for (const [line, message] of [
      ["--count -1", /^--count has no value: what follows begins with a dash$/],
      ["--stack --json", /^--stack has no value/],
      ["--stack", /--stack/],
      ["--nope", /--nope/],
    ] as const) {
      assert.throws(
        () => read(line),
        (error) =>
          error instanceof JedaError &&
          error.code === "CONFIG" &&
          message.test(error.message) &&
          error.hint !== undefined,
      );
    }
  });

  it("are a proof's too", async () => {
    await assert.rejects(proof(["--stack", "lab", "--stack", "staging"]), /--stack is there twice/);
    await assert.rejects(proof(["--live=yes"]), { hint: /^jeda proof takes --stack/ });
  });

  it("count in whole numbers", async () => {
    for (const count of ["-1", "0", "1001", "1e2", "0x10", "", "1.0"]) {
      await assert.rejects(windowNext(["--stack", "lab", `--count=${count}`]), {
        code: "CONFIG",
        message: /is not a number from 1 to 1000/,
      });
    }
  });
});
