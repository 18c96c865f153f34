import assert from "node:assert/strict";
import {
  interfaceFindings,
  parseFacts,
  placeFindings,
  settingFindings,
} from "../../../src/firewall/edge-facts.ts";

const usual = `directory /usr/local/lib/jeda 755 0:0
directory /etc/jeda 700 0:0
fence 7 7
hook /etc/network/if-pre-up.d/jeda
interface lo -
interface adm0 -
interface wan0 -
setting net.ipv4.ip_forward 1
rule IPv4 0: from all lookup local
`;
const segments = { administrative: ["adm0", "10.20.0.0/24"] };
const facts = parseFacts(usual);
const { hooks, settings, rules } = facts;

function found(from: string, to: string): string[] {
  assert.ok(usual.includes(from), from);
  const live = parseFacts(usual.replace(from, to));
  return Object.entries({
    ...interfaceFindings(live, segments),
    ...settingFindings(live, { settings, rules }),
    ...placeFindings(live, { hooks }),
  }).map(([name, what]) => `${name} ${what}`);
}

describe("what an edge's tables depend on", () => {
  it("is as it was when nothing was touched, and nothing where nobody told", () => {
    assert.deepEqual(found("lo -", "lo -"), []);
    assert.deepEqual(interfaceFindings(parseFacts(""), segments), {});
    assert.deepEqual(placeFindings(parseFacts(""), {}), {});
  });

  for (const [what, from, to, line] of [
    [
      "an XDP program",
      "adm0 -",
      "adm0 xdpgeneric",
      /^interface adm0 of administrative has an xdpgeneric program/,
    ],
    ["a tc filter", "adm0 -", "adm0 -\ntc adm0 ingress", /^interface adm0 .* has a tc filter at its ingress/],
    ["an interface of another name", "adm0 -", "lan0 -", /^interface adm0 of administrative is not there/],
    [
      "forwarding",
      "ip_forward 1",
      "ip_forward 0",
      /^net\.ipv4\.ip_forward is 0, was 1 when this was applied$/,
    ],
    [
      "a routing rule",
      "rule IPv4",
      "rule IPv4 9: from 10.20.0.9 lookup 7\nrule IPv4",
      /^routing rule IPv4 9: from 10\.20\.0\.9 lookup 7 was added$/,
    ],
    [
      "a routing rule taken away",
      "rule IPv4 0: from all lookup local\n",
      "",
      /^routing rule IPv4 0: .* is gone$/,
    ],
    [
      "a fence set back",
      "fence 7 7",
      "fence 0 7",
      /^\/run\/jeda\/fence was set back by hand: it says 0, and 7 was kept/,
    ],
    [
      "a fence raised",
      "fence 7 7",
      "fence 7 7\nhand /etc/jeda/fence 900",
      /^\/etc\/jeda\/fence was written by hand: it says 900; it counts/,
    ],
    [
      "a directory open to others",
      "jeda 755 0:0",
      "jeda 777 0:0",
      /^\/usr\/local\/lib\/jeda may be written by others/,
    ],
    [
      "a locked directory",
      "jeda 700 0:0",
      "jeda 700 0:0 immutable",
      /^\/etc\/jeda may be written .* 700 0:0 immutable$/,
    ],
    [
      "the boot's hook",
      "hook /etc/network/if-pre-up.d/jeda\n",
      "",
      /^\/etc\/network\/if-pre-up\.d\/jeda does not load the policy at boot any more/,
    ],
  ] as const) {
    it(`names ${what}`, () => {
      const lines = found(from, to);
      assert.equal(lines.length, 1, lines.join("\n"));
      assert.match(lines[0] ?? "", line);
    });
  }
});
