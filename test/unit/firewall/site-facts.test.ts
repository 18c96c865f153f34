import assert from "node:assert/strict";
import fc from "fast-check";
import { parseKeys } from "../../../src/firewall/readback/authorized-keys.ts";
import {
  bothSides,
  parseSite,
  rememberSite,
  siteFindings,
  withLogins,
} from "../../../src/firewall/readback/site-facts.ts";

const usual = `directory /etc/jeda 700 0:0
site network kind interface
site network kind route
site network interface adm0\ton
site network route IPv4 default via 203.0.113.10 dev wan0\t
site host kind file
site host kind program
site host file /etc/hosts\tb03b7f803efd 644 0:0
site host file /etc/init.d/link\ta link to /lib/link
site host program nft\t/usr/sbin/nft of its package
site host stray /usr/local/lib/jeda/x
`;
const before = bothSides(parseSite(usual));
const found = (text: string) =>
  Object.entries(siteFindings(bothSides(parseSite(text)), before)).map(([name, what]) => `${name} ${what}`);

const line = fc
  .tuple(
    fc.constantFrom("interface", "route", "file", "qdisc"),
    fc.stringMatching(/^[a-z0-9/.]{1,12}$/),
    fc.stringMatching(/^[a-z0-9 ]{0,12}$/),
  )
  .map(([kind, name, value]) => `site network ${kind} ${name}\t${value}`);
const someKinds = fc.subarray(["interface", "route", "file", "qdisc"], { minLength: 1 });
const listing = fc
  .tuple(someKinds, fc.array(line))
  .map(([kinds, lines]) => [
    ...kinds.map((kind) => `site network kind ${kind}`),
    ...lines.filter((one) => kinds.includes(one.split(" ")[2] ?? "")),
  ])
  .map((lines) => lines.join("\n"));

describe("what the site owns", () => {
  it("is as it was when nothing was touched, and nothing where nobody told or remembered", () => {
    assert.deepEqual(found(usual), []);
    assert.deepEqual(found("fence 7 7\n"), []);
    assert.deepEqual(siteFindings(before, undefined), {});
  });

  for (const [what, from, to, said] of [
    ["an interface switched off", "adm0\ton", "adm0\toff", /^interface adm0 is off, was on when this/],
    [
      "a route",
      "site host kind file",
      "site network route IPv4 10.9.0.0/16 via 10.20.0.9 dev adm0\t\nsite host kind file",
      /^route IPv4 10\.9\.0\.0\/16 via 10\.20\.0\.9 dev adm0 was added since this was applied$/,
    ],
    [
      "a route that is gone",
      "site network route IPv4 default via 203.0.113.10 dev wan0\t\n",
      "",
      /^route IPv4 default via 203\.0\.113\.10 dev wan0 is gone since/,
    ],
    [
      "a file",
      "b03b7f803efd",
      "ffffffffffff",
      /^file \/etc\/hosts is not what it was when this was applied$/,
    ],
    [
      "a file's mode",
      "644 0:0",
      "666 0:0",
      /^file \/etc\/hosts has mode and owner 666 0:0, had 644 0:0 when/,
    ],
    ["a link", "link to /lib/link", "link to /lib/b", /^file \/etc\/init\.d\/link is not what it was when/],
    [
      "a program",
      "of its package",
      "with the hash ab",
      /^program nft is \/usr\/sbin\/nft with the hash ab, was/,
    ],
  ] as const) {
    it(`names ${what}`, () => {
      assert.ok(usual.includes(from), from);
      const lines = found(usual.replace(from, to));
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.match(lines[0] ?? "", said);
    });
  }

  it("does not mind a program that was put there later, and keeps it from then on", () => {
    const later = bothSides(
      parseSite(`${usual}site host program restic\t/usr/local/bin/restic with the hash ab\n`),
    );
    assert.deepEqual(siteFindings(later, before), {});
    const gone = siteFindings(before, rememberSite(before, later));
    assert.deepEqual(Object.keys(gone), ["program restic"]);
  });

  it("names a key that leads past jeda's script, but none that leads to it or is judged elsewhere", () => {
    const blob = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFqaNoBT2KdWT7bNDn3qyYgoAbL6JVw2ykHS8EoPfa1w";
    const facts = parseSite(usual).host;
    const logins = (text: string, own: readonly string[] = []) =>
      Object.keys(withLogins(facts, parseKeys(text), own)).filter((name) => name.startsWith("login"));
    assert.equal(logins(`${blob} friend`).length, 1);
    assert.deepEqual(logins(`restrict,command="/usr/local/lib/jeda/edge read" ${blob} ci`), []);
    const [fingerprint = ""] = parseKeys(blob).map((key) => key.fingerprint);
    assert.deepEqual(logins(`${blob} widened`, [fingerprint]), []);
  });

  it("compares nothing of a kind that was not looked at before, and keeps it from then on", () => {
    fc.assert(
      fc.property(listing, listing, (one, other) => {
        const [was, is] = [parseSite(one).network, parseSite(other).network];
        const kinds = (facts: Readonly<Record<string, string>>) => (facts.kinds ?? "").split(" ");
        for (const name of Object.keys(siteFindings(is, was))) {
          const kind = name.split(" ")[0] ?? "";
          assert.ok(kinds(was).includes(kind) && kinds(is).includes(kind), name);
        }
        const kept = rememberSite(was, is);
        assert.deepEqual(siteFindings(was, kept), {});
        // What was found stays found by what was kept, and nothing comes to it.
        assert.deepEqual(siteFindings(is, kept), siteFindings(is, was));
      }),
    );
  });
});
