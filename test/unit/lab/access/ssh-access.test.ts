import assert from "node:assert/strict";
import {
  authorizedKeys,
  knownHosts,
  type PublicKeys,
  sshClientConfig,
  sshdHosts,
} from "../../../../lab/access/ssh-access.ts";

const keys: PublicKeys = {
  ops: {
    read: "k-or",
    window: "k-ow",
    policy: "k-op",
    admin: "k-oa",
    probe: "k-opr",
    backup: "k-ob",
    "backup-read": "k-obr",
  },
  backup: { window: "k-bw", probe: "k-bp" },
};
const keyLine = (text: string, key: string): string => {
  const found = text.split("\n").filter((line) => line.split(" ").includes(key));
  assert.equal(found.length, 1, key);
  return found[0] ?? "";
};

describe("SSH between lab hosts", () => {
  it("holds jeda's keys on the edge to their forced commands", () => {
    const { root } = authorizedKeys("edge", keys);
    for (const [key, mode] of [
      ["k-or", "read"],
      ["k-ow", "window"],
      ["k-bw", "window"],
      ["k-op", "policy"],
    ] as const) {
      assert.ok(keyLine(root, key).startsWith(`restrict,command="/usr/local/lib/jeda/edge ${mode}"`));
    }
  });

  it("lets the probe keys jump to the probe points, in both families, and do nothing else", () => {
    const { probe } = authorizedKeys("edge", keys);
    for (const key of ["k-opr", "k-bp"]) {
      const text = keyLine(probe, key);
      assert.match(text, /^restrict,port-forwarding,/);
      assert.match(text, /command="\/bin\/false"/);
      const opened = [...text.matchAll(/permitopen="([^"]+)"/g)].map(([, target]) => target);
      assert.deepEqual(opened.sort(), [
        "10.10.0.20:22",
        "10.20.0.20:22",
        "10.30.0.20:22",
        "[2001:db8:10::20]:22",
        "[2001:db8:20::20]:22",
        "[2001:db8:30::20]:22",
      ]);
    }
  });

  it("lets the backup host use the window key only, and nobody but ops onto the backup host", () => {
    assert.doesNotMatch(sshClientConfig("backup", "/d"), /edge-(read|policy|admin)|Host backup/);
    assert.deepEqual(authorizedKeys("backup", keys), {
      root: 'k-ob ops-backup\nrestrict,command="/opt/jeda/backup-read" k-obr ops-backup-read\n',
      probe: "",
    });
  });

  it("always checks host keys, each under its host's name", () => {
    const hostKeys = Object.fromEntries(sshdHosts.map((host) => [host, `key-of-${host}`])) as Record<
      (typeof sshdHosts)[number],
      string
    >;
    const known = knownHosts(hostKeys);
    for (const holder of ["ops", "backup"] as const) {
      const config = sshClientConfig(holder, "/d");
      assert.match(config, /StrictHostKeyChecking yes/);
      for (const [, host] of config.matchAll(/HostKeyAlias (\S+)/g)) {
        assert.match(known, new RegExp(`^${host} key-of-${host}$`, "m"));
      }
    }
  });
});
