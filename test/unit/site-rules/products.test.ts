import { deepEqual, match } from "node:assert/strict";
import type { FlowLine } from "../../../src/proof/proof-types.ts";
import type { Described } from "../../../src/site-rules/declared-flows.ts";
import { overlaid } from "../../../src/site-rules/overlay.ts";
import { siteRows, siteTexts } from "../../../src/site-rules/rows.ts";
import { readSiteRuleset } from "../../../src/site-rules/ruleset.ts";

const hospital: Described = {
  segments: [
    { name: "clinical", role: "clinical", interfaces: ["clin0"], cidrs: ["10.10.0.0/20"] },
    { name: "guest", role: "guest", interfaces: ["guest0"], cidrs: ["10.30.0.0/20"] },
    { name: "vault", role: "vault", interfaces: ["vault0"], cidrs: ["10.50.0.0/24"] },
  ],
  uplinks: [{ name: "internet", interface: "wan0", targets: ["203.0.113.10:80"] }],
  backupHost: { name: "backup", addresses: ["10.50.0.10"], controlFrom: [] },
  sources: [
    {
      ...{ kind: "mariadb", name: "records", segment: "clinical", credentials: "db", order: 0 },
      ...{ host: "db", port: 3306, database: "simrs" },
    },
  ],
  services: [],
};

/** "guest → internet rejects" of what is done to declared flows. */
function done(text: string, terse = false): readonly string[] {
  const rows = siteRows("edge", readSiteRuleset(text, { terse }), hospital);
  return rows.map(({ from, to, does, partly }) => `${from} → ${to} ${partly ? "partly " : ""}${does}`);
}

describe("declared flows under the tables of", () => {
  it("anybody: a family of which no target is declared is judged as a whole", () => {
    const [clinical, ...others] = hospital.segments;
    const both = {
      ...hospital,
      segments: [{ ...clinical, cidrs: ["10.10.0.0/20", "2001:db8:10::/64"] }, ...others],
    };
    const rowsUnder = (rule: string) => {
      const text = `table inet site {\n\tchain forward {\n\t\ttype filter hook forward priority filter; policy accept;\n\t\t${rule}\n\t}\n}\n`;
      return siteRows("edge", readSiteRuleset(text), both as Described).map(
        ({ from, to, family, does, partly, what }) =>
          `${from} → ${to} ${family} ${what} ${partly ? "partly " : ""}${does}`,
      );
    };
    deepEqual(rowsUnder('iifname "clin0" oifname "wan0" reject'), [
      "clinical → internet ipv4 tcp 203.0.113.10:80 rejects",
      "clinical → internet ipv6  rejects",
    ]);
    deepEqual(rowsUnder('iifname "clin0" oifname "wan0" tcp dport != 80 drop'), [
      "clinical → internet ipv6  partly drops",
    ]);
    // The answers of whom it bans.
    deepEqual(rowsUnder("ip6 saddr 2001:db8:99::/64 drop"), ["clinical → internet ipv6  partly drops"]);
    deepEqual(rowsUnder('iifname "other0" drop'), []);
  });

  it("firewalld: zones by goto and jump, a reject in one of them, answers in front", () => {
    const text = `table inet firewalld {
	chain filter_FORWARD {
		type filter hook forward priority filter + 10; policy accept;
		ct state { established, related } accept
		ct status dnat accept
		iifname "lo" accept
		ct state invalid drop
		ip6 daddr { ::/96, ::ffff:0.0.0.0/96, 2002::/24 } reject with icmpv6 addr-unreachable
		jump filter_FORWARD_POLICIES
		reject with icmpx admin-prohibited
	}

	chain filter_FORWARD_POLICIES {
		iifname "clin0" oifname "wan0" jump filter_FWD_ward
		iifname "clin0" oifname "wan0" reject with icmpx admin-prohibited
		iifname "guest0" oifname { "wan0" } jump filter_FWD_guest
		iifname "vault0" accept
	}

	chain filter_FWD_guest {
		jump filter_FWD_guest_log
		accept
	}

	chain filter_FWD_guest_log {
	}

	chain filter_FWD_ward {
	}
	chain mangle_PREROUTING {
		type filter hook prerouting priority mangle + 10; policy accept;
		icmpv6 type { nd-router-advert, nd-neighbor-solicit } accept
		meta nfproto ipv6 fib saddr . mark . iif oif missing drop
	}
}
`;
    const rows = siteRows("edge", readSiteRuleset(text), hospital);
    deepEqual(done(text), ["clinical → internet rejects"]);
    match(
      siteTexts(rows)[0] ?? "",
      /^clinical → internet \(tcp 203\.0\.113\.10:80\) is rejected on edge by the site's own table inet firewalld, chain filter_FORWARD_POLICIES: iifname "clin0"/,
    );
  });

  it("Docker: a FORWARD policy of drop behind chains of its own, and a masquerade", () => {
    const text = `table ip nat {
	chain POSTROUTING {
		type nat hook postrouting priority srcnat; policy accept;
		oifname != "docker0" ip saddr 172.17.0.0/16 counter packets 0 bytes 0 masquerade
	}
}
table ip filter {
	chain DOCKER-USER {
		counter packets 9 bytes 540 return
	}
	chain FORWARD {
		type filter hook forward priority filter; policy drop;
		counter packets 9 bytes 540 jump DOCKER-USER
		oifname "docker0" ct state related,established counter packets 0 bytes 0 accept
		iifname "docker0" oifname != "docker0" counter packets 0 bytes 0 accept
	}
}
`;
    deepEqual(done(text), ["clinical → internet drops", "guest → internet drops", "backup → records drops"]);
  });

  it("fw4: zones by interface, a default of drop, and no way for the vault", () => {
    const text = `table inet fw4 {
	chain forward {
		type filter hook forward priority filter; policy drop;
		ct state vmap { established : accept, related : accept }
		iifname { "clin0", "guest0" } jump forward_lan comment "!fw4: Handle lan IPv4/IPv6 forward traffic"
		jump handle_reject
	}
	chain forward_lan {
		jump accept_to_wan comment "!fw4: Accept lan to wan forwarding"
	}
	chain accept_to_wan {
		meta nfproto ipv4 oifname "wan0" ct state invalid counter packets 0 bytes 0 drop comment "!fw4: Prevent NAT leakage"
		oifname "wan0" counter packets 5 bytes 300 accept comment "!fw4: accept wan IPv4/IPv6 traffic"
	}
	chain handle_reject {
		meta l4proto tcp reject with tcp reset comment "!fw4: Reject TCP traffic"
		reject comment "!fw4: Reject any other traffic"
	}
	chain srcnat {
		type nat hook postrouting priority srcnat; policy accept;
		oifname "wan0" jump srcnat_wan
	}
	chain srcnat_wan {
		meta nfproto ipv4 masquerade comment "!fw4: Masquerade IPv4 wan traffic"
	}
}
`;
    deepEqual(done(text), ["backup → records rejects"]);
  });

  it("VyOS: groups as sets, default-action drop, the answers forgotten", () => {
    const text = `table ip vyos_filter {
	set N_clinical {
		type ipv4_addr
		flags interval
		elements = { 10.10.0.0/20 }
	}
	chain VYOS_FORWARD_filter {
		type filter hook forward priority filter; policy accept;
		ip saddr @N_clinical ip daddr 203.0.113.0/24 tcp dport { 80, 443 } counter packets 0 bytes 0 accept comment "ipv4-FWD-filter-10"
		counter packets 0 bytes 0 drop comment "FWD-filter default-action drop"
	}
}
`;
    // The ward's packets leave, but the answers don't come back.
    deepEqual(done(text), ["clinical → internet drops", "guest → internet drops", "backup → records drops"]);
    deepEqual(done(text, true).slice(1), ["guest → internet drops", "backup → records drops"]);
  });

  it("fail2ban: a set of those that are banned now, and part of a segment in it", () => {
    const text = `table inet f2b-table {
	set addr-set-sshd {
		type ipv4_addr
		elements = { 10.30.0.7, 192.0.2.9 }
	}
	chain f2b-chain {
		type filter hook forward priority filter - 1; policy accept;
		ip saddr @addr-set-sshd reject with icmp port-unreachable
	}
}
`;
    deepEqual(done(text), ["guest → internet partly rejects"]);
    const terse = text.replace(/\t\telements = .*\n/, "");
    deepEqual(done(terse, true), [
      "clinical → internet unknown",
      "guest → internet unknown",
      "backup → records unknown",
    ]);
  });

  it("a transparent proxy, a flowtable, and rules that nobody can read", () => {
    const redirecting = `table ip nat {
	chain PREROUTING {
		type nat hook prerouting priority dstnat; policy accept;
		iifname "guest0" tcp dport 80 redirect to :3128
	}
}
`;
    deepEqual(done(redirecting), ["guest → internet sends elsewhere"]);
    const unread = `table ip filter {
	chain FORWARD {
		type filter hook forward priority filter; policy accept;
		iifname "guest0" xt match "string" counter packets 0 bytes 0 drop
		iifname "clin0" oifname "wan0" limit rate over 10/second drop
		iifname "vault0" log prefix "vault: drop " counter packets 0 bytes 0
	}
}
`;
    deepEqual(done(unread), ["clinical → internet unknown", "guest → internet unknown"]);
    const offloading = `table inet fw {
	flowtable fast {
		hook ingress priority filter; devices = { guest0, wan0 };
	}
	chain forward {
		type filter hook forward priority filter; policy accept;
		iifname "guest0" ip protocol tcp flow add @fast
	}
}
`;
    deepEqual(done(offloading), ["guest → internet offloads"]);
  });

  it("the older iptables: unknown", () => {
    const rules = readSiteRuleset("", { legacy: ["legacy-ip filter"] });
    deepEqual(new Set(siteRows("edge", rules, hospital).map(({ does }) => does)), new Set(["unknown"]));
  });

  it("and what they stop is never kept in the proof", () => {
    const open = { flow: "open", rule: "policy" } as const;
    const line: FlowLine = {
      ...{
        kind: "segment-uplink",
        from: ["clinical", "guest"],
        to: ["internet"],
        except: [],
        family: "ipv4",
        at: null,
      },
      phases: { before: open, isolated: open, "vault-open": open, after: open },
    };
    const rules = readSiteRuleset(`table inet firewalld {
	chain forward {
		type filter hook forward priority filter + 10; policy accept;
		iifname "clin0" oifname "wan0" reject
	}
}
`);
    const [rest, ward] = overlaid([line], siteRows("edge", rules, hospital), hospital);
    deepEqual(rest?.except, [{ from: "clinical", to: "internet" }]);
    deepEqual([ward?.from, ward?.phases.before.flow, ward?.phases.after.flow], [["clinical"], "cut", "cut"]);
    match(ward?.phases.isolated.rule ?? "", /^site's own: table inet firewalld, chain forward/);
  });
});
