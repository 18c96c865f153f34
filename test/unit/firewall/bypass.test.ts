import assert from "node:assert/strict";
import { bypasses } from "../../../src/firewall/readback/bypass.ts";

const wiring = { uplinks: ["wan0"], segments: { office: ["adm0", "adm1"], guest: ["guest0"] } };
const ports = (bridge: string, ...names: string[]) => names.map((port) => ({ bridge, port }));
const names = (...bridges: { bridge: string; port: string }[]) =>
  bypasses({ foreign: [], bridges }, wiring).map(({ name }) => name);

describe("what goes around the forward hook", () => {
  it("is a flowtable, and no other foreign chain", () => {
    const foreign = [
      { table: "inet site", chain: "flowtable fast", hook: "ingress", priority: 0 },
      { table: "inet site", chain: "forward", hook: "forward", priority: -300 },
    ];
    assert.deepEqual(
      bypasses({ foreign }, wiring).map(({ name }) => name),
      ["inet site/flowtable fast"],
    );
  });

  it("is an uplink that is bridged to anything", () => {
    assert.deepEqual(names(...ports("br0", "wan0", "eth9")), ["bridge br0/wan0"]);
    assert.deepEqual(names(...ports("wan0", "eth8", "eth9")), ["bridge wan0/eth8", "bridge wan0/eth9"]);
  });

  it("is a segment's interface inside a bridge, which no lease matches", () => {
    assert.deepEqual(names(...ports("br0", "adm0")), ["bridge br0/adm0"]);
    assert.match(
      bypasses({ foreign: [], bridges: ports("br0", "adm0", "wan0") }, wiring)[0]?.text ?? "",
      /holds the interface of office/,
    );
  });

  it("is no bridge of one port, of others, or that is a segment as a whole", () => {
    assert.deepEqual(names(...ports("br0", "wan0")), []);
    assert.deepEqual(names(...ports("virbr0", "vnet0", "vnet1")), []);
    assert.deepEqual(names(...ports("guest0", "eth4", "eth5")), []);
  });
});
