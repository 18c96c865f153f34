import assert from "node:assert/strict";
import { errorsWith, type Refusal, refuses } from "./hospital-yaml.ts";

describe("a network is refused with", () => {
  refuses([
    [
      "overlapping prefixes, both named",
      [["10.30.0.0/24", "10.20.0.128/25"]],
      {
        message:
          /10\.20\.0\.128\/25 of segment guest overlaps 10\.20\.0\.0\/24 of segment office \(.*:6:\d+\)/,
        at: "10.20.0.128/25",
      },
    ],
    [
      "host bits in a prefix",
      [["10.30.0.0/24", "10.30.0.7/24"]],
      { message: /host bits/, hint: /10\.30\.0\.0\/24/, at: "10.30.0.7/24" },
    ],
    [
      "a prefix without a length",
      [["10.30.0.0/24", "10.30.0.7"]],
      { message: /has no length/, hint: /10\.30\.0\.7\/32/ },
    ],
    [
      "an interface of two segments",
      [["on: guest0", "on: adm1"]],
      { message: /interface adm1 of segment guest already leads to segment office/, at: "adm1, cidrs" },
    ],
    [
      "an interface of a segment and an uplink",
      [["on: wan0", "on: adm0"]],
      { message: /already leads to segment office/ },
    ],
    [
      "a backup host outside the vault",
      [["addresses: [10.50.0.10]", "addresses: [10.20.0.10]"]],
      { message: /10\.20\.0\.10 is not in the vault/, at: "10.20.0.10" },
    ],
    [
      "control from a segment of people",
      [["controlFrom: [10.40.0.10]", "controlFrom: [10.30.0.10]"]],
      { message: /10\.30\.0\.10 lies in the segment guest/ },
    ],
    [
      "one of jeda's own tables declared as the site's",
      [["ssh: edge\n", 'ssh: edge\n      knownTables: ["inet jeda_window"]\n']],
      { message: /"inet jeda_window" is not a table of the site's own/, at: '"inet jeda_window"' },
    ],
    [
      "a known table's hook without a priority",
      [["ssh: edge\n", "ssh: edge\n      knownTables: [{ table: ip nat, hooks: [prerouting] }]\n"]],
      { message: /"prerouting" is not a hook with a priority/, hint: /prerouting -100/ },
    ],
    [
      "two edges of one SSH destination",
      [
        [
          'targets: ["203.0.113.10:80"] }]\n',
          'targets: ["203.0.113.10:80"] }]\n    - { name: other, ssh: { read: other, window: edge, policy: other }, uplinks: [{ name: internet, on: wan0, targets: ["203.0.113.10:80"] }] }\n',
        ],
      ],
      { message: /"edge" of the edge other already leads to the edge edge/ },
    ],
    [
      "an edge as the backup host, by its SSH destination",
      [["{ ssh: backup, ", "{ ssh: edge, "]],
      { message: /"edge" of the backup host already leads to the edge edge/, at: "edge, addresses" },
    ],
    [
      "one probe point for two segments",
      [["probePoint: lobby", "probePoint: desk"]],
      {
        message: /"desk" of the probe point of guest already leads to the probe point of office/,
        at: "desk }\n    - { name: management",
      },
    ],
    ...(
      [
        ["ssh: edge\n", "ssh: localhost\n", /"localhost": every host means itself/, "localhost"],
        ["ssh: edge\n", "ssh: root@127.0.0.1\n", /"root@127\.0\.0\.1": it is loopback/, "root@127"],
        ["ssh: edge\n", 'ssh: "127.1"\n', /every host means itself/, '"127.1"'],
        ["ssh: edge\n", 'ssh: "::1"\n', /it is loopback/, '"::1"'],
        [
          "ssh: edge\n",
          "ssh: { read: edge, window: ip6-localhost, policy: edge }\n",
          /"ip6-localhost"/,
          "ip6",
        ],
        ["ssh: edge\n", 'ssh: "fe80::1%eth0"\n', /a zone belongs to one host only/, '"fe80'],
        ["{ ssh: backup,", "{ ssh: root@localhost.localdomain,", /every host means itself/, "root@"],
        ["probePoint: desk", "probePoint: 0.0.0.0", /means this host/, "0.0.0.0 }"],
      ] as const
    ).map(
      ([from, to, message, at]): Refusal => [
        `a destination that means another host wherever it is typed: ${to.trim()}`,
        [[from, to]],
        { message, hint: /backup host reach the same host/, at },
      ],
    ),
    ...(
      [
        [
          "addresses: [10.50.0.10]",
          "addresses: [10.50.0.255]",
          /the broadcast address of 10\.50\.0\.0\/24/,
          "10.50.0.255",
        ],
        ["addresses: [10.50.0.10]", "addresses: [10.50.0.0]", /the network address of/, "10.50.0.0]"],
        [
          "addresses: [10.50.0.10]",
          'addresses: ["2001:db8:50::"]',
          /the routers' address of/,
          '"2001:db8:50::"]',
        ],
        ["controlFrom: [10.40.0.10]", "controlFrom: [10.40.0.255/32]", /segment management/, "10.40.0.255"],
        ["{ ssh: backup,", "{ ssh: root@10.50.0.255,", /segment vault/, "root@10"],
        ["host: simrs.internal", "host: 10.10.0.255", /segment clinical/, "10.10.0.255"],
        ["//files.internal/office", "//10.20.0.0/office", /segment office/, "//10.20"],
        ["http://rm.internal/health", "http://10.10.0.255/health", /segment clinical/, '"http://10'],
        [
          '{ http: "http://rm.internal/health" }',
          '{ tcp: "10.10.0.0:80" }',
          /segment clinical/,
          '"10.10.0.0:80"',
        ],
        ["probePoint: lobby", "probePoint: 10.30.0.255", /segment guest/, "10.30.0.255"],
      ] as const
    ).map(
      ([from, to, message, at]): Refusal => [
        `an address that no host has: ${to}`,
        [[from, to]],
        { message, hint: /the host itself/, at },
      ],
    ),
    [
      "a pair of one segment",
      [["  jeda:sources:", '  jeda:lateral: { mode: enforce, allow: ["guest -> guest"] }\n  jeda:sources:']],
      { message: /guest -> guest allows nothing/, hint: /name two segments/ },
    ],
    [
      "a pair twice",
      [
        [
          "  jeda:sources:",
          '  jeda:lateral: { mode: enforce, allow: ["office -> guest", "office -> guest"] }\n  jeda:sources:',
        ],
      ],
      { message: /office -> guest is written twice/ },
    ],
    [
      "a repository in a place of the system's",
      [["repository: /srv/repo", "repository: /etc/jeda/repo"]],
      { message: /"\/etc\/jeda\/repo" is the system's or jeda's own/, at: "/etc/jeda/repo" },
    ],
    [
      "no vault",
      [["role: vault", "role: management"]],
      { message: /exactly one segment must have the role vault; there are 0/ },
    ],
    [
      "a target inside a segment",
      [["203.0.113.10:80", "10.10.0.9:80"]],
      { message: /lies in the segment clinical, not beyond the uplink/ },
    ],
    ...(
      [
        ["::ffff:10.10.0.0/120", /IPv4 written as IPv6/],
        ["224.0.0.0/4", /multicast/],
        ["255.255.255.255/32", /reserved/],
        ["127.0.0.0/8", /loopback/],
        ["0.0.0.0/0", /more than any hospital's/],
        ["64.0.0.0/2", /more than any hospital's/],
        ["0.0.0.0/8", /this host/],
        ["169.254.0.0/16", /link-local/],
        ["fe80::/10", /link-local/],
        ["ff00::/8", /multicast/],
        ["::/0", /more than any hospital's/],
        ["::/128", /this host/],
        ["2000::/3", /more than any hospital's/],
        ["100::/64", /not routed/],
        ["64:ff9b::/96", /translator/],
      ] as const
    ).map(
      ([prefix, message]): Refusal => [
        `the prefix ${prefix}`,
        [["[10.30.0.0/24]", `["${prefix}"]`]],
        { message, hint: /10\.20\.0\.0\/20/, at: `"${prefix}"` },
      ],
    ),
    ...["lo", "all", "default", "adm0:1", "a b", "a/b", "adm*", "", "sixteen-letters-", "-i"].map(
      (name): Refusal => [
        `the interface ${JSON.stringify(name)}`,
        [["on: guest0", `on: "${name}"`]],
        { message: /leads to no network|is not the name of a network interface/, at: `"${name}"` },
      ],
    ),
    ...[
      "edge:2222",
      "-oProxyCommand=sh",
      "root@-F/tmp/x",
      "a b",
      "$(id)",
      "a;b",
      "ssh://edge",
      "e%h",
      "a@b@c",
    ].map(
      (to): Refusal => [
        `the OpenSSH destination ${to}`,
        [["ssh: edge\n", `ssh: ${JSON.stringify(to)}\n`]],
        {
          message: /is not an OpenSSH destination/,
          hint: /Host alias of ssh_config/,
          at: JSON.stringify(to),
        },
      ],
    ),
    ...(
      [
        ["addresses: [10.50.0.10]", "addresses: [127.0.0.1]"],
        ["addresses: [10.50.0.10]", "addresses: [0.0.0.0]"],
        ["controlFrom: [10.40.0.10]", "controlFrom: [224.0.0.1]"],
        ["controlFrom: [10.40.0.10]", "controlFrom: [0.0.0.0/0]"],
        ["203.0.113.10:80", "127.0.0.1:80"],
        ["203.0.113.10:80", "localhost:80"],
        ["203.0.113.10:80", "127.1:80"],
        ["203.0.113.10:80", "[fe80::1]:80"],
        ["//files.internal/office", "//255.255.255.255/office"],
        ["host: simrs.internal", 'host: "::ffff:10.10.0.9"'],
      ] as const
    ).map(
      ([from, to]): Refusal => [
        `the address in ${to}`,
        [[from, to]],
        { message: /can't be a|means itself by it|neither a host name nor an address/ },
      ],
    ),
  ]);

  it("overlapping IPv6 prefixes, each pair named", () => {
    const errors = errorsWith(["[10.30.0.0/24]", '["2001:db8::/32"]']);
    assert.equal(errors.length, 2);
    assert.match(
      errors[0]?.message ?? "",
      /2001:db8::\/32 of segment guest overlaps 2001:db8:10::\/64 of segment clinical/,
    );
    assert.match(
      errors[1]?.message ?? "",
      /2001:db8:50::\/64 of segment vault overlaps 2001:db8::\/32 of segment guest/,
    );
  });
});
