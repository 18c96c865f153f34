import assert from "node:assert/strict";
import { compareTables, declaredTable } from "../../../provider/hosts/ruleset-inputs.ts";

const table = (...rules: readonly string[]) => `table inet jeda {
	set isolated_v4 {
		type ipv4_addr
		flags interval,timeout
		timeout 3h
		elements = { 10.20.0.0/24 timeout 3m expires 2m,
			     10.30.0.0/24 timeout 3m expires 2m }
	}
	chain forward {
		type filter hook forward priority -10; policy accept;
${rules.map((rule) => `\t\t${rule}\n`).join("")}	}
}
`;
const A = 'iifname { "adm0" } counter drop comment "forward/a"';
const B = 'tcp dport { 135, 137-139 } jump lateral comment "forward/b"';
// nft may print in words of its own what was declared.
const B_CANONICAL = 'tcp dport { 135, netbios-ns-netbios-ssn } jump lateral comment "forward/b"';

describe("a table as inputs", () => {
  const declared = table(A, B);
  const wanted = table(A, B_CANONICAL);

  it("has each rule under chain/rule, and the elements of sets nowhere", () => {
    assert.deepEqual(declaredTable(declared), {
      rules: {
        "set isolated_v4": "flags interval,timeout; type ipv4_addr; timeout 3h",
        "chain forward": "type filter hook forward priority -10; policy accept;",
        "forward/a": 'iifname { "adm0" } counter drop',
        "forward/b": "tcp dport { 135, 137-139 } jump lateral",
      },
      order: { forward: "a b" },
    });
  });

  it("is told in the declared words where the meaning is the same", () => {
    const { drift, ...live } = compareTables({ declared, live: wanted, wanted });
    assert.deepEqual(drift, []);
    assert.deepEqual(live, declaredTable(declared));
  });

  const cases: readonly (readonly [string, string | null, RegExp])[] = [
    ["a deleted rule", table(B_CANONICAL), /forward\/a: the rule is missing/],
    ["an added rule", table(A, B_CANONICAL, "accept"), /forward\/unmanaged-1: a rule was added \("accept"\)/],
    [
      "a changed rule",
      table(A.replace("drop", "accept"), B_CANONICAL),
      /forward\/a: the rule is ".*accept", wanted ".*drop"/,
    ],
    ["another order", table(B_CANONICAL, A), /forward: the rules are in another order/],
    [
      "another policy",
      wanted.replace("policy accept", "policy drop"),
      /forward: the chain is ".*policy drop;", wanted/,
    ],
    ["another priority", wanted.replace("-10;", "-5;"), /forward: the chain is ".*-5;/],
    [
      "a set without its timeout",
      wanted.replace("\t\ttimeout 3h\n", ""),
      /isolated_v4: the default timeout is missing/,
    ],
    ["a dormant table", wanted.replace("{\n", "{\n\tflags dormant\n"), /is dormant/],
    ["a missing table", null, /^table inet jeda is missing$/],
  ];
  for (const [what, live, expected] of cases) {
    it(`names ${what} in one line, and differs from the declared inputs`, () => {
      const { drift, ...inputs } = compareTables({ declared, live, wanted });
      assert.equal(drift.length, 1, drift.join("\n"));
      assert.match(drift[0] ?? "", expected);
      assert.notDeepEqual(inputs, declaredTable(declared));
    });
  }
});
