import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { bypasses } from "../../../src/firewall/readback/bypass.ts";
import { edgeDrift } from "../../../src/firewall/readback/drift.ts";
import { hospital } from "./hospital.ts";
import { isolation, LocalEdge } from "./local-edge.ts";
import { Network } from "./network.ts";

/** What somebody might do by hand, and the finding that must name it; edits of different things share a batch. */
const batches: readonly (readonly {
  readonly what: string;
  readonly by: readonly string[];
  readonly found: RegExp;
}[])[] = [
  [
    {
      what: "a rule added",
      by: ["add rule inet jeda forward tcp dport 22 drop"],
      found: /^inet jeda forward\/unmanaged-\d: a rule was added \("tcp dport 22 drop"\)$/,
    },
    {
      what: "a rule deleted",
      by: ['delete rule inet jeda_window vault handle @counter drop comment "vault/shut"@'],
      found: /^inet jeda_window vault\/shut: the rule is missing \("counter drop"\)$/,
    },
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
    {
      what: "a policy changed",
      by: ["chain inet jeda forward { policy drop; }"],
      found: /^inet jeda forward: the chain is ".*policy drop;", wanted ".*policy accept;"$/,
    },
    {
      what: "a counter put into a rule",
      by: [
        'replace rule inet jeda lateral handle @comment "lateral/replies"@ ct direction reply counter return comment "lateral/replies"',
      ],
      found:
        /^inet jeda lateral\/replies: the rule is "ct direction reply counter return", wanted "ct direction reply return"$/,
    },
    {
      what: "a chain of another type and hook inside the table",
      by: ["add chain inet jeda out { type nat hook prerouting priority dstnat; }"],
      found: /^inet jeda out: an unmanaged chain was added/,
    },
    {
      what: "a named counter",
      by: ["add counter inet jeda c"],
      found: /^inet jeda c: an unmanaged counter was added$/,
    },
    {
      what: "a conntrack helper",
      by: ['add ct helper inet jeda ftp { type "ftp" protocol tcp; }'],
      found: /^inet jeda ftp: an unmanaged ct helper was added$/,
    },
    {
      what: "an egress hook",
      by: [
        "add table netdev site",
        'add chain netdev site out { type filter hook egress device "wan0" priority 0; }',
      ],
      found: /^foreign table netdev site: out hooks egress at priority 0/,
    },
    {
      what: "an arp table",
      by: ["add table arp site", "add chain arp site in { type filter hook input priority 0; }"],
      found: /^foreign table arp site: in hooks input at priority 0/,
    },
  ],
  [
    {
      what: "a rule added with a comment of its own",
      by: ['insert rule inet jeda_window vault accept comment "just for tonight"'],
      found: /^inet jeda_window vault\/unmanaged-\d: a rule was added \("accept"\)$/,
    },
    {
      what: "a rule added under a name that exists",
      by: ['insert rule inet jeda_window vault accept comment "vault/shut"'],
      found: /vault\/shut/,
    },
    {
      what: "a comment taken off a rule",
      by: ['replace rule inet jeda lateral handle @comment "lateral/replies"@ ct direction reply return'],
      found: /^inet jeda lateral\/replies: the rule is missing/,
    },
    {
      what: "a jump to a chain of one's own",
      by: ["add chain inet jeda own", "insert rule inet jeda forward jump own"],
      found: /^inet jeda forward\/unmanaged-\d: a rule was added \("jump own"\)$/,
    },
    {
      what: "an ingress hook on several devices",
      by: [
        "add table netdev site",
        "add chain netdev site in { type filter hook ingress devices = { adm0, wan0 } priority 0; }",
      ],
      found: /^foreign table netdev site: in hooks ingress at priority 0/,
    },
    {
      what: "a table of the same name in another family",
      by: ["add table ip jeda", "add chain ip jeda forward { type filter hook forward priority -10; }"],
      found: /^foreign table ip jeda: forward hooks forward at priority -10/,
    },
    {
      what: "a redirection before routing",
      by: [
        "add table ip site",
        "add chain ip site pre { type nat hook prerouting priority dstnat; }",
        "add rule ip site pre tcp dport 80 redirect to :3128",
      ],
      found: /^foreign table ip site: pre hooks prerouting at priority -100/,
    },
  ],
  [
    {
      what: "a rule changed, its comment kept",
      by: [
        'replace rule inet jeda_window vault handle @comment "vault/shut"@ counter accept comment "vault/shut"',
      ],
      found: /^inet jeda_window vault\/shut: the rule is "counter accept", wanted "counter drop"$/,
    },
    {
      what: "a chain renamed",
      by: ["rename chain inet jeda lateral sideways"],
      found: /^inet jeda sideways: an unmanaged chain was added/,
    },
    {
      what: "a rule that only logs under another's name",
      by: ['insert rule inet jeda forward log prefix "forward/x comment" accept'],
      found: /^inet jeda forward\/unmanaged-\d: a rule was added \("log prefix/,
    },
  ],
  [
    {
      what: "rules in another order",
      by: [
        'delete rule inet jeda_window vault handle @comment "vault/shut"@',
        'insert rule inet jeda_window vault counter drop comment "vault/shut"',
      ],
      found: /^inet jeda_window vault: the rules are in another order, from vault\/shut on$/,
    },
    {
      what: "a rule twice",
      by: ['add rule inet jeda lateral ct direction reply return comment "lateral/replies"'],
      found: /^inet jeda lateral\/replies-2: a rule was added/,
    },
  ],
  [
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
      what: "a set of another size",
      by: [
        "flush table inet jeda_window",
        "delete set inet jeda_window isolated_v4",
        "add set inet jeda_window isolated_v4 { type ipv4_addr; flags interval,timeout; size 2; timeout 3h; }",
      ],
      found: /^inet jeda_window isolated_v4: the set is ".*size 2.*", wanted/,
    },
  ],
  [
    {
      what: "a table made dormant",
      by: ["add table inet jeda { flags dormant; }"],
      found: /^table inet jeda is dormant/,
    },
    {
      what: "a set of other flags",
      by: [
        "flush table inet jeda_window",
        "delete set inet jeda_window isolated_v4",
        "add set inet jeda_window isolated_v4 { type ipv4_addr; flags interval,timeout; auto-merge; timeout 3h; }",
      ],
      found: /^inet jeda_window isolated_v4: the set is "auto-merge; /,
    },
  ],
  [
    {
      what: "a table flushed",
      by: ["flush table inet jeda_window"],
      found: /^inet jeda_window vault: all \d+ rules are missing$/,
    },
    { what: "a table deleted", by: ["delete table inet jeda"], found: /^table inet jeda is missing$/ },
  ],
  [{ what: "everything flushed", by: ["flush ruleset"], found: /^table inet jeda_window is missing$/ }],
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

  for (const edits of batches) {
    it(`names ${edits.map(({ what }) => what).join("; ")}; applying again repairs what is jeda's`, async () => {
      for (const command of edits.flatMap(({ by }) => by)) await edit(command);
      const now = await findings();
      for (const { what, found } of edits) {
        assert.ok(
          now.some((finding) => found.test(finding)),
          `${what}:\n${now.join("\n")}`,
        );
      }
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

  it("leaves a declared table alone until it moves forward or says something else", async () => {
    await edge.nft("add table inet site");
    await edge.nft("add chain inet site early { type filter hook forward priority raw; }");
    const listing = await edge.list();
    const known = {
      table: "inet site",
      hooks: [{ hook: "forward", priority: -300 }],
      sha256: listing.foreignHashes?.["inet site"],
    };
    const now = async () =>
      edgeDrift(await edge.list(), { maxIsolationMs: hospital.maxIsolationMs, knownTables: [known] });
    assert.match(known.sha256 ?? "", /^[0-9a-f]{64}$/);
    assert.deepEqual(await now(), []);
    await edge.nft("add rule inet site early counter accept");
    assert.match((await now()).join("\n"), /^known table inet site is not what was pinned: its hash is/);
    await edge.nft("add chain inet site earlier { type filter hook forward priority -310; }");
    assert.match(
      (await now())[0] ?? "",
      /known table inet site: earlier hooks forward at priority -310, declared is priority -300 at the earliest/,
    );
  });

  it("names an uplink in a bridge, which goes around the forward hook", async () => {
    const wiring = { uplinks: ["wan0"], segments: { administrative: ["adm0"] } };
    const around = async () => bypasses(await edge.list(), wiring).map(({ name }) => name);
    const [nsenter = "", ...inside] = network.on("edge");
    const ip = (...words: string[]) => promisify(execFile)(nsenter, [...inside, "ip", ...words]);
    assert.deepEqual(await around(), []);
    await ip("link", "add", "br7", "type", "bridge");
    await ip("link", "add", "far7", "type", "veth", "peer", "name", "far8");
    try {
      for (const port of ["wan0", "far7"]) await ip("link", "set", port, "master", "br7");
      assert.deepEqual(await around(), ["bridge br7/wan0"]);
    } finally {
      await ip("link", "set", "wan0", "nomaster");
      for (const name of ["br7", "far7"]) await ip("link", "del", name);
    }
  });

  it("names an element without an end, which only a set without a default timeout can hold", async () => {
    await edge.nft("delete", "table", "inet", "jeda_window");
    await edge.nft("add table inet jeda_window");
    await edge.nft("add set inet jeda_window isolated_v4 { type ipv4_addr; flags interval,timeout; }");
    await edge.nft("add element inet jeda_window isolated_v4 { 10.20.0.0/24 }");
    assert.ok((await findings()).some((finding) => /10\.20\.0\.0\/24 has no end/.test(finding)));
  });
});
