import assert from "node:assert/strict";
import { errorsWith } from "./hospital-yaml.ts";

describe("a number that is refused comes with what to write", () => {
  const hintOf = (written: string) => {
    const [error] = errorsWith(["probe: { ", `probe: { tolerate: ${written}, `]);
    return error?.hint ?? "";
  };
  it("where YAML readers understand it differently", () => {
    for (const [written, plain] of [
      ["1_0", "10"],
      ["010", "10"],
      ["-0_7", "-7"],
      ["0x1_0", "16"],
      ["1_000.5", "1000.5"],
    ]) {
      assert.equal(
        hintOf(written ?? ""),
        `write ${plain} for a number; for a text write "${written}" with quotes`,
      );
    }
  });

  it("where it stands in quotes, or lacks them", () => {
    assert.equal(hintOf('"10"'), "write a whole number from 1 to 1000, without quotes");
    const [error] = errorsWith(["on: clin0", "on: 3"]);
    assert.equal(error?.hint, 'a text that looks like a number stands in quotes: "3"');
    const [truth] = errorsWith(["on: [adm0, adm1]", "on: [adm0, true]"]);
    assert.equal(truth?.hint, 'a text that looks like a truth value stands in quotes: "true"');
  });
});
