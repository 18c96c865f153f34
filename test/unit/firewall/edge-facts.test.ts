import assert from "node:assert/strict";
import { bypasses } from "../../../src/firewall/readback/bypass.ts";
import { interfaceFindings, parseFacts, placeFindings } from "../../../src/firewall/readback/edge-facts.ts";

const usual = `directory /usr/local/lib/jeda 755 0:0
directory /etc/jeda 700 0:0
fence 7 7
hook /etc/network/if-pre-up.d/jeda
interface lo -
interface adm0 -
interface wan0 -
`;
const segments = { administrative: ["adm0", "10.20.0.0/24"] };
const facts = parseFacts(usual);
const { hooks } = facts;

function found(from: string, to: string): string[] {
  assert.ok(usual.includes(from), from);
  const live = parseFacts(usual.replace(from, to));
  return Object.entries({
    ...interfaceFindings(live, segments),
    ...Object.fromEntries(
      bypasses({ foreign: [], facts: live }, { uplinks: [], segments }).map(({ name, text }) => [name, text]),
    ),
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
      "a BPF program that no tool of tc shows",
      "adm0 -",
      "adm0 -\nbpf adm0 ingress 1",
      /^interface adm0 of administrative has a BPF program at its ingress: its packets may pass/,
    ],
    [
      "a BPF program on a hook",
      "interface lo -",
      "interface lo -\nbpf - IPv4 forward -5 1",
      /^a BPF program on the hook IPv4 forward at priority -5 decides on packets/,
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
