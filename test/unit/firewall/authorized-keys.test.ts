import assert from "node:assert/strict";
import fc from "fast-check";
import { jedaKeys, keyFindings, parseKeys } from "../../../src/firewall/readback/authorized-keys.ts";

const blob = (name: string) => Buffer.from(`key ${name}`).toString("base64");
const forced = (mode: string, name: string, more = "") =>
  `restrict,command="/usr/local/lib/jeda/edge ${mode}"${more} ssh-ed25519 ${blob(name)} ${name}`;
const usual = [
  "# by the site",
  forced("read", "ci"),
  forced("window", "backup", ',port-forwarding,permitopen="10.10.0.20:22"'),
  forced("policy", "ops"),
  `ssh-ed25519 ${blob("admin")} the admin's own`,
  `command="/usr/bin/rrsync -ro /srv",no-pty ssh-rsa ${blob("rsync")} somebody's`,
].join("\n");
const before = jedaKeys(parseKeys(usual));
const found = (text: string) =>
  Object.entries(keyFindings(parseKeys(text), before)).map(([key, what]) => `${key} ${what}`);

describe("jeda's keys on an edge", () => {
  it("are those that lead to its script, whoever else has one", () => {
    assert.equal(Object.keys(before).length, 3);
    assert.deepEqual(found(usual), []);
    assert.deepEqual(found(`${usual}\nssh-ed25519 ${blob("new admin")} not ours to judge\n`), []);
  });

  it("are told when one is widened", () => {
    const cases: readonly (readonly [string, string, RegExp])[] = [
      ["edge read", "edge policy", /\(ci\) leads to "edge policy", and did not/],
      [
        'restrict,command="/usr/local/lib/jeda/edge read"',
        'command="/usr/local/lib/jeda/edge read"',
        /is not restricted/,
      ],
      [
        'restrict,command="/usr/local/lib/jeda/edge read" ',
        "",
        /\(ci\) of jeda's may run anything else: its options are ""/,
      ],
      ['edge read"', 'edge read",pty', /has the options ".*,pty", had/],
      ['permitopen="10.10.0.20:22"', 'permitopen="*:*"', /has the options ".*permitopen="\*:\*"", had/],
      ["/usr/local/lib/jeda/edge read", "/bin/sh", /may run anything else/],
    ];
    for (const [from, to, expected] of cases) {
      assert.ok(usual.includes(from), from);
      const lines = found(usual.replace(from, to));
      assert.ok(
        lines.some((line) => expected.test(line)),
        `${from} → ${to}: ${lines.join("\n")}`,
      );
      for (const line of lines) assert.doesNotMatch(line, /\n/);
    }
  });

  it("are told when one is added or gone, or stands there a second time without its command", () => {
    assert.match(
      found(`${usual}\n${forced("window", "stranger")}`).join(),
      /\(stranger\) leads to "edge window", and did not/,
    );
    assert.match(found(usual.replace(forced("policy", "ops"), "")).join(), /for "edge policy" is gone/);
    assert.match(
      found(`ssh-ed25519 ${blob("ci")} twice\n${usual}`).join(),
      /\(twice\) of jeda's may run anything else/,
    );
  });

  it("are found in any order, and any text is read without an error", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(usual.split("\n"), { minLength: 6 }), (lines) => {
        assert.deepEqual(found(lines.join("\n")), []);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void keyFindings(parseKeys(text), undefined)));
  });
});
