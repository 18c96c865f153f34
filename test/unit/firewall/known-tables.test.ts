import assert from "node:assert/strict";
import fc from "fast-check";
import { foreignHooks, legacyTables } from "../../../src/firewall/readback/foreign.ts";
import {
  baseChainHashes,
  foreignFindings,
  howToDeclare,
  tableHashes,
} from "../../../src/firewall/readback/known-tables.ts";
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
    const text = table("accept");
    const [line] = howToDeclare(
      { foreign, foreignHashes: tableHashes(text), foreignBaseChains: baseChainHashes(text) },
      [],
    );
    assert.match(
      line ?? "",
      /ip nat is declared by knownTables: \[\{ table: ip nat, hooks: \["prerouting -100", "postrouting 100"\], baseChains: [0-9a-f]{64} \}\], with sha256: [0-9a-f]{64} too/,
    );
  });
});

/** As these products print their tables, and what they change in them by themselves. */
const products: Record<
  string,
  { readonly text: string; readonly daily: readonly [RegExp | string, string][] }
> = {
  "inet firewalld": {
    text: `table inet firewalld { # progname firewalld
	flags owner,persist

	chain filter_PREROUTING {
		type filter hook prerouting priority filter + 10; policy accept;
	}

	chain filter_FORWARD {
		type filter hook forward priority filter + 10; policy accept;
		ct state { established, related } accept
		reject with icmpx admin-prohibited
	}

	chain filter_IN_public_allow {
		tcp dport 22 accept
	}
}
`,
    daily: [["tcp dport 22 accept", "tcp dport 22 accept\n\t\ttcp dport 443 accept"]],
  },
  "inet fw4": {
    text: `table inet fw4 {
	chain forward {
		type filter hook forward priority filter; policy drop;
		jump handle_reject
	}

	chain dstnat {
		type nat hook prerouting priority dstnat; policy accept;
	}

	chain raw_prerouting {
		type filter hook prerouting priority raw; policy accept;
	}

	chain mangle_prerouting {
		type filter hook prerouting priority mangle; policy accept;
	}

	chain handle_reject {
		counter packets 3 bytes 180 reject
	}
}
`,
    daily: [["packets 3 bytes 180", "packets 9000 bytes 540000"]],
  },
  "inet f2b-table": {
    text: `table inet f2b-table {
	set addr-set-sshd {
		type ipv4_addr
		elements = { 192.0.2.7 }
	}

	chain f2b-chain {
		type filter hook input priority filter - 1; policy accept;
		tcp dport 22 ip saddr @addr-set-sshd reject with icmp port-unreachable
	}
}
`,
    daily: [
      ["192.0.2.7 }", "192.0.2.7, 198.51.100.4 }"],
      ["\t\telements = { 192.0.2.7 }\n", ""],
      [
        "\t\ttcp dport 22 ",
        "\t\ttcp dport 25 ip saddr @addr-set-postfix reject with icmp port-unreachable\n\t\ttcp dport 22 ",
      ],
      [/[\s\S]*/, ""],
    ],
  },
  "ip nat": {
    text: `table ip nat {
	chain DOCKER {
		iifname "docker0" counter packets 0 bytes 0 return
	}

	chain POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		oifname != "docker0" ip saddr 172.17.0.0/16 counter packets 4 bytes 240 masquerade
	}

	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		fib daddr type local counter packets 5 bytes 300 jump DOCKER
	}
}
`,
    daily: [
      [
        "\t\toifname !=",
        '\t\toifname != "br-0123456789ab" ip saddr 172.18.0.0/16 counter packets 0 bytes 0 masquerade\n\t\toifname !=',
      ],
    ],
  },
  "ip kube-proxy": {
    text: `table ip kube-proxy {
	map service-ips {
		type ipv4_addr . inet_proto . inet_service : verdict
		elements = { 10.96.0.1 . tcp . 443 : goto service-2QRHZV4L-default/kubernetes/tcp/https }
	}

	chain nat-prerouting {
		type nat hook prerouting priority dstnat; policy accept;
		jump services
	}

	chain filter-forward {
		type filter hook forward priority -110; policy accept;
		ct state new jump cluster-ips-check
	}

	chain services {
		ip daddr . meta l4proto . th dport vmap @service-ips
	}
}
`,
    daily: [
      [
        "\tchain services {",
        "\tchain service-AAAA-default/web/tcp/http {\n\t\tmasquerade\n\t}\n\n\tchain services {",
      ],
      ["goto service-2QRHZV4L-default/kubernetes/tcp/https }", "goto a, 10.96.0.9 . tcp . 80 : goto b }"],
    ],
  },
  "ip vyos_filter": {
    text: `table ip vyos_filter {
	set R_WAN {
		type ipv4_addr
		size 65535
		flags dynamic,timeout
	}

	chain VYOS_FORWARD_filter {
		type filter hook forward priority filter; policy accept;
		counter packets 12 bytes 900 accept comment "ipv4-FWD-filter-10"
	}
}
`,
    daily: [
      [
        "flags dynamic,timeout\n",
        "flags dynamic,timeout\n\t\telements = { 192.0.2.1 timeout 1m expires 50s }\n",
      ],
    ],
  },
};

describe("the line that is suggested for a product's table", () => {
  const listed = (text: string) => ({
    foreign: foreignHooks(text, "", ["jeda"]),
    foreignHashes: tableHashes(text),
    foreignBaseChains: baseChainHashes(text),
  });
  /** As the configuration would read it. */
  const declared = (text: string): KnownTable[] => {
    const [line = ""] = howToDeclare(listed(text), []);
    const [, name = "", hooks = "", baseChains] =
      /\[\{ table: ([^,]+), hooks: \[(.*?)\], baseChains: ([0-9a-f]{64}) \}\]/.exec(line) ?? [];
    return [
      {
        table: name,
        hooks: [...hooks.matchAll(/"(\S+) (\S+)"/g)].map(([, hook = "", priority]) => ({
          hook,
          priority: Number(priority),
        })),
        baseChains,
      },
    ];
  };
  const told = (live: string, known: readonly KnownTable[]) =>
    foreignFindings(listed(live), known).map(({ text }) => text);

  for (const [name, { text, daily }] of Object.entries(products)) {
    it(`holds for ${name}, and through its daily life`, () => {
      const known = declared(text);
      assert.equal(known[0]?.table, name);
      assert.deepEqual(told(text, known), []);
      for (const [from, to] of daily) {
        const later = text.replace(from, to);
        assert.notEqual(later, text, `${from}`);
        assert.deepEqual(told(later, known), [], to);
      }
    });

    it(`does not hold for ${name} once a chain comes in front or a policy is another`, () => {
      const known = declared(text);
      const early = text.replace(
        /\n\}\n$/,
        "\n\tchain early {\n\t\ttype filter hook forward priority raw - 10; policy accept;\n\t}\n}\n",
      );
      assert.match(told(early, known).join("\n"), /early hooks forward at priority -310/);
      const [from, to] = text.includes("policy drop")
        ? ["policy drop", "policy accept"]
        : ["policy accept", "policy drop"];
      assert.match(
        told(text.replace(from, to), known).join("\n"),
        /has other base chains .* than were pinned/,
      );
    });
  }

  it("may pin the content too: the first element of a set that fills itself changes nothing, a rule does", () => {
    const { text = "", daily = [] } = products["ip vyos_filter"] ?? {};
    const known = [{ ...declared(text)[0], sha256: tableHashes(text)["ip vyos_filter"] } as KnownTable];
    const [from = "", to = ""] = daily[0] ?? [];
    assert.deepEqual(told(text.replace(from, to).replace("packets 12", "packets 99"), known), []);
    assert.match(
      told(text.replace(" accept comment", " drop comment"), known)[0] ?? "",
      /is not what was pinned/,
    );
  });
});
