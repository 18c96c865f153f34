import assert from "node:assert/strict";
import fc from "fast-check";
import { foreignHooks, legacyTables } from "../../../src/firewall/foreign.ts";
import { foreignFindings, howToDeclare, tableHashes } from "../../../src/firewall/known-tables.ts";
import type { KnownTable } from "../../../src/model/hospital.ts";

const CHAINS = `table ip nat {
	chain pre {
		type nat hook prerouting priority dstnat; policy accept;
	}
	chain post {
		type nat hook postrouting priority srcnat; policy accept;
	}
}
table netdev mirror {
	chain in {
		type filter hook ingress devices = { "adm0", "wan0" } priority filter - 5; policy accept;
	}
}
table inet jeda {
	chain forward {
		type filter hook forward priority filter - 10; policy accept;
	}
}
`;
const nat = { table: "ip nat", hooks: [{ hook: "prerouting", priority: -100 }] };
const foreign = foreignHooks(CHAINS, "", ["jeda"]);
const lines = (known: readonly KnownTable[], hashes?: Record<string, string>) =>
  foreignFindings({ foreign, ...(hashes ? { foreignHashes: hashes } : {}) }, known).map(({ text }) => text);

const table = (rule: string, element = "192.0.2.1") => `table ip nat {
	set blocked {
		type ipv4_addr
		elements = { ${element}, 192.0.2.9 }
	}

	set seen {
		type ipv4_addr
		size 65535
		flags dynamic,timeout
		elements = { ${element} timeout 1m expires 3s,
			     198.51.100.9 }
	}

	chain pre {
		type nat hook prerouting priority dstnat; policy accept;
		${rule}
	}
}
`;

describe("tables that are not jeda's", () => {
  it("are each told, those on several devices at once too", () => {
    assert.deepEqual(lines([]), [
      "foreign table ip nat: pre hooks prerouting at priority -100; it is reported, never touched",
      "foreign table ip nat: post hooks postrouting at priority 100; it is reported, never touched",
      "foreign table netdev mirror: in hooks ingress at priority -5; it is reported, never touched",
    ]);
  });

  it("are known once declared, and hold what is in front only where that is written out", () => {
    assert.deepEqual(
      lines([nat, { table: "netdev mirror", hooks: [{ hook: "ingress", priority: -5 }] }]),
      [],
    );
    const [first, ...rest] = lines([
      { table: "ip nat", hooks: [] },
      { table: "netdev mirror", hooks: [] },
    ]);
    assert.match(
      first ?? "",
      /^known table ip nat: pre hooks prerouting at priority -100, declared is nothing/,
    );
    assert.match(rest[0] ?? "", /^known table netdev mirror: in hooks ingress .* nothing at that hook/);
    assert.equal(rest.length, 1);
  });

  it("are told when they move forward, and never when they move back", () => {
    fc.assert(
      fc.property(fc.integer({ min: -400, max: 400 }), fc.integer({ min: -400, max: 400 }), (was, is) => {
        const known = { table: "inet site", hooks: [{ hook: "forward", priority: was }] };
        const live = { table: "inet site", chain: "early", hook: "forward", priority: is };
        const found = foreignFindings({ foreign: [live] }, [known]);
        assert.equal(found.length, is < was ? 1 : 0);
      }),
    );
  });

  it("are told when their pinned content is another or gone", () => {
    const [, pinned] = Object.entries(tableHashes(table("tcp dport 80 redirect to :3128")))[0] ?? [];
    const known = [
      { ...nat, sha256: pinned },
      { table: "netdev mirror", hooks: [{ hook: "ingress", priority: -5 }] },
    ];
    const held = (text: string) => lines(known, tableHashes(text));
    assert.deepEqual(held(table("tcp dport 80 redirect to :3128")), []);
    assert.match(
      held(table("tcp dport 443 redirect to :3128"))[0] ?? "",
      /is not what was pinned: its hash is [0-9a-f]{64}/,
    );
    assert.match(held("")[0] ?? "", /^known table ip nat is missing/);
  });

  it("keep their hash through counts, order, and sets that fill themselves", () => {
    const hash = (text: string) => tableHashes(text)["ip nat"];
    const one = hash(table("ip saddr { 192.0.2.1, 192.0.2.2 } counter packets 0 bytes 0 accept"));
    assert.equal(hash(table("ip saddr { 192.0.2.2, 192.0.2.1 } counter packets 7 bytes 9 accept")), one);
    assert.equal(
      hash(table("accept").replace("192.0.2.1 timeout 1m expires 3s", "203.0.113.5 timeout 1m expires 9s")),
      hash(table("accept")),
    );
    assert.notEqual(hash(table("accept", "192.0.2.5")), hash(table("accept")));
  });

  it("of the older iptables are told too, and declared by name", () => {
    const found = foreignFindings({ foreign: legacyTables("ip filter,ip6 nat") }, [
      { table: "legacy-ip6 nat", hooks: [] },
    ]);
    assert.deepEqual(
      found.map(({ text }) => text),
      ["foreign table legacy-ip filter: is of the older iptables; it is reported, never touched"],
    );
  });

  it("come with the line that would declare them, which then holds", () => {
    const hashes = tableHashes(table("accept"));
    const [line] = howToDeclare({ foreign, foreignHashes: hashes }, []);
    assert.match(
      line ?? "",
      /ip nat is declared by knownTables: \[\{ table: ip nat, hooks: \["prerouting -100", "postrouting 100"\], sha256: [0-9a-f]{64} \}\]/,
    );
  });
});
