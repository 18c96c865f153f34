import assert from "node:assert/strict";
import { labHosts } from "../../../../lab/hospital.ts";
import { bootHooks, bootScript } from "../../../../lab/machines/boot-script.ts";

/** Position of the line that matches, which must be there exactly once. */
function line(script: string, pattern: RegExp): number {
  const found = script.split("\n").flatMap((text, index) => (pattern.test(text) ? [index] : []));
  assert.equal(found.length, 1, `${pattern} in\n${script}`);
  return found[0] ?? -1;
}

describe("the boot order of lab hosts", () => {
  it("loads the edge's policy before anything is forwarded", () => {
    const script = bootScript("edge");
    const policy = line(script, /^run-parts .*if-pre-up\.d/);
    assert.match(bootHooks.edge?.["/etc/network/if-pre-up.d/jeda"] ?? "", /jeda\/edge boot$/m);
    assert.ok(policy < line(script, /ip_forward/));
    assert.ok(policy < line(script, /conf\/all\/forwarding/));
    assert.ok(policy < line(script, /^link vault0 /));
  });

  it("loads the backup host's firewall before its link comes up", () => {
    const script = bootScript("backup");
    assert.ok(line(script, /run-parts .*if-pre-up\.d/) < line(script, /^ *link eth0 /));
    assert.match(bootHooks.backup?.["/etc/network/if-pre-up.d/jeda"] ?? "", /jeda\/firewall host boot$/m);
  });

  it("quiets the network first and reaps last, on every host", () => {
    for (const host of labHosts) {
      const script = bootScript(host).trimEnd().split("\n");
      assert.equal(script[2], "quiet_network");
      assert.equal(script.at(-1), "booted");
    }
  });
});
