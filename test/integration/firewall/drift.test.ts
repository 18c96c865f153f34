import assert from "node:assert/strict";
import { edgeDrift } from "../../../src/firewall/drift.ts";
import { hospital } from "./hospital.ts";
import { isolation, LocalEdge } from "./local-edge.ts";
import { Network } from "./network.ts";

/** What somebody might do by hand, and the finding that must name it. */
const edits: readonly { readonly what: string; readonly by: readonly string[]; readonly found: RegExp }[] = [
  {
    what: "a rule added",
    by: ["add rule inet jeda forward tcp dport 22 drop"],
    found: /^inet jeda forward\/unmanaged-1: a rule was added \("tcp dport 22 drop"\)$/,
  },
  {
    what: "a rule added with a comment of its own",
    by: ['insert rule inet jeda_window vault accept comment "just for tonight"'],
    found: /^inet jeda_window vault\/unmanaged-1: a rule was added \("accept"\)$/,
  },
  {
    what: "a rule added under a name that exists",
    by: ['insert rule inet jeda_window vault accept comment "vault/shut"'],
    found: /vault\/shut/,
  },
  {
    what: "a rule deleted",
    by: ['delete rule inet jeda_window vault handle @counter drop comment "vault/shut"@'],
    found: /^inet jeda_window vault\/shut: the rule is missing \("counter drop"\)$/,
  },
  {
    what: "a rule changed, its comment kept",
    by: [
      'replace rule inet jeda_window vault handle @comment "vault/shut"@ counter accept comment "vault/shut"',
    ],
    found: /^inet jeda_window vault\/shut: the rule is "counter accept", wanted "counter drop"$/,
  },
  {
    what: "rules in another order",
    by: [
      'delete rule inet jeda_window vault handle @comment "vault/shut"@',
      'insert rule inet jeda_window vault counter drop comment "vault/shut"',
    ],
    found: /^inet jeda_window vault: the rules are in another order, from vault\/shut on$/,
  },
  {
    what: "a policy changed",
    by: ["chain inet jeda forward { policy drop; }"],
    found: /^inet jeda forward: the chain is ".*policy drop;", wanted ".*policy accept;"$/,
  },
  {
    what: "a priority changed",
    by: [
      "flush table inet jeda",
      "delete chain inet jeda forward",
      "add chain inet jeda forward { type filter hook forward priority 7; policy accept; }",
    ],
    found: /^inet jeda forward: the chain is ".*priority filter \+ 7;.*wanted ".*priority filter - 10;/,
  },
  {
    what: "a table made dormant",
    by: ["add table inet jeda { flags dormant; }"],
    found: /^table inet jeda is dormant/,
  },
  {
    what: "a table flushed",
    by: ["flush table inet jeda_window"],
    found: /^inet jeda_window vault: all \d+ rules are missing$/,
  },
  { what: "a table deleted", by: ["delete table inet jeda"], found: /^table inet jeda is missing$/ },
  { what: "everything flushed", by: ["flush ruleset"], found: /^table inet jeda_window is missing$/ },
  {
    what: "a default timeout changed",
    by: ["add set inet jeda_window isolated_v6 { type ipv6_addr; flags interval,timeout; timeout 9h; }"],
    found: /^inet jeda_window isolated_v6: the default timeout is 9h, wanted 3h$/,
  },
  {
    what: "a chain added",
    by: ["add chain inet jeda extra { type filter hook forward priority -30; policy accept; }"],
    found: /^inet jeda extra: an unmanaged chain was added/,
  },
  {
    what: "a map added",
    by: ["add map inet jeda m { type ipv4_addr : verdict; }"],
    found: /^inet jeda m: an unmanaged map was added$/,
  },
  {
    what: "a foreign table in front",
    by: ["add table inet site", "add chain inet site early { type filter hook forward priority raw; }"],
    found: /^foreign table inet site: early hooks forward at priority -300/,
  },
  {
    what: "a lease beyond the maximum",
    by: ["add element inet jeda_window isolated_v4 { 10.20.0.0/24 timeout 5h }"],
    found: /^lease isolated_v4 10\.20\.0\.0\/24 lasts \d+ ms more, beyond the maximum/,
  },
];

describe("drift on a real edge", () => {
  const network = new Network();
  const edge = new LocalEdge(network);

  before(async () => {
    await network.up();
    await edge.up();
  });
  after(async () => {
    await network.down();
    await edge.down();
  });
  beforeEach(async () => {
    await edge.nft("flush", "ruleset");
    assert.equal((await edge.declare())?.ok, true);
  });

  async function findings(leasesExpected = true): Promise<string[]> {
    return edgeDrift(await edge.list(), { maxIsolationMs: hospital.maxIsolationMs, leasesExpected });
  }

  /** `@text@` stands for the handle of the rule whose line holds the text. */
  async function edit(command: string): Promise<void> {
    const text = /@(.*)@/.exec(command)?.[1];
    if (text === undefined) return void (await edge.nft(command));
    const table = /inet (\S+)/.exec(command)?.[1] ?? "";
    const line = (await edge.nft("-a", "list", "table", "inet", table))
      .split("\n")
      .find((one) => one.includes(text.replace("counter drop ", "")));
    const handle = /# handle (\d+)/.exec(line ?? "")?.[1] ?? assert.fail(text);
    await edge.nft(command.replace(`@${text}@`, handle));
  }

  it("finds nothing in what was just applied, nor in traffic and leases", async () => {
    assert.deepEqual(await findings(), []);
    const fence = await edge.release();
    assert.equal((await edge.lease(isolation, 60_000, fence)).ok, true);
    await network.tcp("administrative", "203.0.113.10:7", 300);
    assert.match(await edge.nft("list", "chain", "inet", "jeda_window", "destination"), /packets [1-9]/);
    assert.deepEqual(await findings(), []);
    const byHand = await findings(false);
    assert.equal(byHand.length, isolation.length);
    assert.match(byHand[0] ?? "", /although no window runs/);
  });

  for (const { what, by, found } of edits) {
    it(`names ${what}, and applying again repairs what is jeda's`, async () => {
      for (const command of by) await edit(command);
      const now = await findings();
      assert.ok(
        now.some((finding) => found.test(finding)),
        now.join("\n"),
      );
      for (const finding of now) assert.doesNotMatch(finding, /\n/);
      await edge.raw(["window", "release", "0"]);
      const answer = await edge.declare();
      assert.equal(answer?.ok ?? true, true, answer?.message);
      assert.deepEqual(
        (await findings()).filter((finding) => !finding.startsWith("foreign table")),
        [],
      );
    });
  }

  it("names an element without an end, which only a set without a default timeout can hold", async () => {
    await edge.nft("delete", "table", "inet", "jeda_window");
    await edge.nft("add table inet jeda_window");
    await edge.nft("add set inet jeda_window isolated_v4 { type ipv4_addr; flags interval,timeout; }");
    await edge.nft("add element inet jeda_window isolated_v4 { 10.20.0.0/24 }");
    assert.ok((await findings()).some((finding) => /10\.20\.0\.0\/24 has no end/.test(finding)));
  });
});
