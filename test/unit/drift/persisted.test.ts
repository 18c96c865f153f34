import assert from "node:assert/strict";
import { persistedDrift } from "../../../src/firewall/readback/persisted.ts";
import { handMadeLeases } from "../../../src/firewall/readback/unmanaged-leases.ts";
import type { EdgeListing, LiveLease } from "../../../src/model/edge-protocol.ts";

const PATH = "/etc/jeda/edge.nft";
const table = (name: string, rules = '\t\ttcp dport 445 drop comment "forward/smb"\n') =>
  `table inet ${name} {\n\tset s {\n\t\ttype ipv4_addr\n\t\ttimeout 10m\n\t}\n\n\tchain forward {\n\t\ttype filter hook forward priority -10; policy accept;\n${rules}\t}\n}\n`;
const wanted = { tables: { jeda: table("jeda"), jeda_window: table("jeda_window") }, minimal: "" };
const file = table("jeda") + table("jeda_window");
const drift = (text: string | null, mode = "600 0:0") => persistedDrift(PATH, { text, mode }, wanted);

describe("what a reboot would load", () => {
  it("is as declared when it means the same", () => {
    assert.deepEqual(drift(file), []);
    assert.deepEqual(drift(`# written by jeda\n\n${file}`), []);
  });

  const edits: readonly (readonly [string, string | null, RegExp])[] = [
    ["a missing file", null, /is missing: after a reboot there would be no firewall/],
    ["an emptied file", "", /after a reboot: table inet jeda is missing/],
    [
      "a deleted rule",
      table("jeda", "") + table("jeda_window"),
      /after a reboot: inet jeda forward\/smb: the rule is missing/,
    ],
    ["a command", `${file}flush ruleset\n`, /holds a command beside the tables: "flush ruleset"/],
    ["an include", `include "/tmp/x"\n${file}`, /holds a command beside the tables: "include/],
    ["a foreign table", `${file}${table("site")}`, /holds a table that is not jeda's: inet site/],
    [
      "a lease",
      file.replace("\t\ttimeout 10m\n", "\t\ttimeout 10m\n\t\telements = { 10.20.0.1 }\n"),
      /fills the set s: a reboot would load it/,
    ],
  ];
  for (const [what, text, found] of edits) {
    it(`names ${what}`, () => assert.match(drift(text).join("\n"), found));
  }

  it("names who else may write it", () => {
    assert.match(drift(file, "666 0:0")[0] ?? "", /written by others than root: mode 666/);
    assert.match(drift(file, "600 1000:0")[0] ?? "", /owner 1000:0/);
    assert.deepEqual(drift(file, "644 0:0"), []);
  });
});

describe("a lease that nobody gave", () => {
  const lease = (expiresMs: number | null, grantedMs?: number | null): LiveLease => ({
    set: "isolated_if",
    value: "adm0",
    expiresMs,
    ...(grantedMs === undefined ? {} : { grantedMs }),
  });
  const why = (one: LiveLease, runs: boolean | null = true) =>
    handMadeLeases({ leases: [one] } as unknown as EdgeListing, runs)[0]?.why ?? null;

  it("is told from a window's own", () => {
    assert.equal(why(lease(60_000, 60_005)), null);
    assert.equal(why(lease(50_000, 60_000)), null, "a shorter one is on its way to renewal");
    assert.match(why(lease(60_000, null)) ?? "", /put there by hand/);
    assert.match(why(lease(null, 60_000)) ?? "", /has no end/);
    assert.match(why(lease(90_000, 60_000)) ?? "", /ends 30 s after the end it was given/);
    assert.match(why(lease(60_000, 60_000), false) ?? "", /although no window runs/);
  });

  it("is not made up where an older script keeps no record, or nobody can say whether a window runs", () => {
    assert.equal(why(lease(60_000)), null);
    assert.equal(why(lease(60_000, 60_000), null), null);
  });
});
