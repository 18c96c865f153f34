import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { edgeScriptText } from "../../../src/firewall/edge/edge-script.ts";
import { acceptedLateMs } from "../../../src/model/edge-protocol.ts";

describe("the script of an edge", () => {
  const text = edgeScriptText();

  it("holds every part once, each under its own line", () => {
    const parts = readdirSync(new URL("../../../src/firewall/edge", import.meta.url)).filter((name) =>
      name.endsWith(".sh"),
    );
    // The settings are the head of the file and have none.
    assert.equal(text.match(/^# --- .+ ---$/gmu)?.length, parts.length - 1);
  });

  it("lets no lease outlive its deadline by more than the runner accepts", () => {
    const bound = /"\$longest" -le \$\(\(end - before \+ (\d+)\)\)/u.exec(text)?.[1];
    assert.equal(bound, `${acceptedLateMs}`);
  });

  it("is one script for a plain sh, which ends itself", () => {
    execFileSync("sh", ["-n"], { input: text });
    assert.match(text, /^#!\/bin\/sh\n/u);
    assert.match(text, /\nmain "\$@"\nexit\n$/u);
  });
});
