/**
 * `inet jeda_host`, on the backup host itself: the vault's second lock, which holds whatever happens to the
 * edge. Nothing comes in but the control path and replies to the host's own connections.
 */
import type { Hospital } from "../../model/hospital.ts";
import { families, ofFamily } from "./families.ts";
import { anonymous, type Rule, rule, type Table } from "./table.ts";

const PRIORITY = -10;

export function compileHostTable(hospital: Hospital): Table {
  return {
    name: "jeda_host",
    sets: [],
    chains: [
      { name: "input", base: { hook: "input", priority: PRIORITY, policy: "drop" }, rules: input(hospital) },
      { name: "forward", base: { hook: "forward", priority: PRIORITY, policy: "drop" }, rules: [] },
      {
        name: "output",
        base: { hook: "output", priority: PRIORITY, policy: "accept" },
        rules: [
          // A session that conntrack takes up in the middle would pass for one the host began. The replies of
          // sshd are left out: they may be the first packets seen when this table is loaded over SSH.
          rule(
            "output",
            "not-a-beginning",
            'oifname != "lo" ct state new tcp sport != 22 tcp flags & (fin|syn|rst|ack) != syn counter drop',
          ),
        ],
      },
    ],
  };
}

function input(hospital: Hospital): Rule[] {
  const control = families.flatMap((family) => {
    const from = ofFamily(family, hospital.backupHost.controlFrom);
    if (from.length === 0) return [];
    return [
      rule("input", `control-${family.name}`, `${family.word} saddr ${anonymous(from)} tcp dport 22 accept`),
    ];
  });
  return [
    rule("input", "loopback", 'iifname "lo" accept'),
    ...control,
    rule("input", "no-other-ssh", "tcp dport 22 counter drop"),
    rule("input", "replies", "ct direction reply accept"),
    rule(
      "input",
      "errors-v4",
      "ct state related icmp type { destination-unreachable, time-exceeded, parameter-problem } accept",
    ),
    rule(
      "input",
      "errors-v6",
      "ct state related icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } accept",
    ),
    // Without these the host loses IPv6 altogether; a hop limit of 255 says that no router was in between.
    rule(
      "input",
      "neighbours",
      "ip6 hoplimit 255 icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-advert } accept",
    ),
    rule("input", "listener-query", "ip6 saddr fe80::/10 icmpv6 type mld-listener-query accept"),
    rule("input", "rest", "counter drop"),
  ];
}
