import assert from "node:assert/strict";
import { compareTables, declaredTable } from "../../../provider/ruleset-inputs.ts";

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
        "isolated_v4/(set)": "type ipv4_addr flags interval,timeout timeout 3h",
        "forward/(hook)": "type filter hook forward priority -10; policy accept;",
        "forward/a": 'iifname { "adm0" } counter drop',
        "forward/b": "tcp dport { 135, 137-139 } jump lateral",
      },
      order: { forward: "a b" },
    });
  });

  it("is told in the declared words where the meaning is the same", () => {
    const { drift, ...live } = compareTables("jeda", { declared, live: wanted, wanted });
    assert.deepEqual(drift, []);
    assert.deepEqual(live, declaredTable(declared));
  });

  const cases: readonly (readonly [string, string | null, RegExp])[] = [
    ["a deleted rule", table(B_CANONICAL), /forward\/a is missing: iifname/],
    ["an added rule", table(A, B_CANONICAL, "accept"), /forward\/unmanaged is not jeda's: accept/],
    [
      "a changed rule",
      table(A.replace("drop", "accept"), B_CANONICAL),
      /forward\/a is ".*accept" instead of ".*drop"/,
    ],
    ["another order", table(B_CANONICAL, A), /forward has another order: b a/],
    [
      "another policy",
      wanted.replace("policy accept", "policy drop"),
      /forward\/\(hook\) is ".*policy drop;" instead/,
    ],
    ["another priority", wanted.replace("-10;", "-5;"), /forward\/\(hook\) is/],
    ["a set without its timeout", wanted.replace("\t\ttimeout 3h\n", ""), /isolated_v4\/\(set\) is/],
    [
      "a dormant table",
      wanted.replace("{\n", "{\n\tflags dormant\n"),
      /\(table\) is not jeda's: flags dormant/,
    ],
    ["a missing table", null, /^table inet jeda is missing$/],
  ];
  for (const [what, live, expected] of cases) {
    it(`names ${what} in one line, and differs from the declared inputs`, () => {
      const { drift, ...inputs } = compareTables("jeda", { declared, live, wanted });
      assert.equal(drift.length, 1, drift.join("\n"));
      assert.match(drift[0] ?? "", expected);
      assert.notDeepEqual(inputs, declaredTable(declared));
    });
  }
});
