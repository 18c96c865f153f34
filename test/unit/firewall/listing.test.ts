import assert from "node:assert/strict";
import fc from "fast-check";
import { compareTables } from "../../../src/firewall/readback/compare.ts";
import { foreignHooks } from "../../../src/firewall/readback/foreign.ts";
import {
  type ListedTable,
  parseDuration,
  parseListing,
  parseTableText,
} from "../../../src/firewall/readback/listing.ts";
import { compilePolicyTable } from "../../../src/firewall/tables/policy-table.ts";
import { renderTable } from "../../../src/firewall/tables/table.ts";
import { compileWindowTable } from "../../../src/firewall/tables/window-table.ts";
import { edge, hospital } from "../../integration/firewall/hospital.ts";

function parsed(text: string): ListedTable {
  return parseTableText(text) ?? assert.fail("no table");
}

describe("reading nft's listing", () => {
  it("knows elements, their ends, and those that have none", () => {
    const table = parsed(`table inet jeda_window {
	set isolated_v4 {
		type ipv4_addr
		flags interval,timeout
		timeout 3h
		elements = { 10.20.0.0/24 timeout 1m expires 59s996ms, 10.30.0.0/24,
			     10.40.0.0/24 expires 2h }
	}
}`);
    assert.deepEqual(table.sets[0]?.elements, [
      { value: "10.20.0.0/24", timeoutMs: 60_000, expiresMs: 59_996 },
      { value: "10.30.0.0/24", timeoutMs: null, expiresMs: null },
      { value: "10.40.0.0/24", timeoutMs: 10_800_000, expiresMs: 7_200_000 },
    ]);
    assert.equal(table.sets[0]?.timeout, "3h");
  });

  it("reads every time nft writes", () => {
    fc.assert(
      fc.property(fc.nat(10), fc.nat(23), fc.nat(59), fc.nat(59), fc.nat(999), (d, h, m, s, ms) => {
        const total = (((d * 24 + h) * 60 + m) * 60 + s) * 1000 + ms;
        assert.equal(parseDuration(`${d}d${h}h${m}m${s}s${ms}ms`), total);
      }),
    );
  });

  it("keeps counters, handles and element order out of the meaning", () => {
    const one = parsed(
      'table inet jeda {\n\tchain f {\n\t\toifname { "b", "a" } counter drop comment "f/x"\n\t}\n}',
    );
    const two = parsed(
      'table inet jeda {\n\tchain f {\n\t\toifname { "a", "b" } counter packets 3 bytes 9 drop comment "f/x" # handle 4\n\t}\n}',
    );
    assert.deepEqual(compareTables(one, two), []);
  });

  it("gives every rule that jeda compiles a name of its own", () => {
    for (const table of [compileWindowTable(hospital, edge), compilePolicyTable(hospital, edge)]) {
      const read = parsed(renderTable(table));
      const keys = read.chains.flatMap(({ rules }) => rules.map(({ key }) => key));
      assert.equal(new Set(keys).size, keys.length);
      assert.ok(keys.every((key) => !key.includes("unmanaged")));
      assert.deepEqual(
        keys,
        table.chains.flatMap(({ rules }) => rules.map(({ id }) => id)),
      );
    }
  });

  it("finds any single rule that is taken out, and any two that change places", () => {
    const table = parsed(renderTable(compileWindowTable(hospital, edge)));
    const places = table.chains.flatMap(({ rules }, chain) => rules.map((_, index) => ({ chain, index })));
    fc.assert(
      fc.property(fc.constantFrom(...places), fc.nat(), ({ chain, index }, other) => {
        const without = structuredClone(table) as unknown as { chains: { rules: unknown[] }[] };
        without.chains[chain]?.rules.splice(index, 1);
        assert.equal(compareTables(table, without as unknown as ListedTable).length, 1);
        const moved = structuredClone(table) as unknown as { chains: { rules: unknown[] }[] };
        const rules = moved.chains[chain]?.rules ?? [];
        const [taken] = rules.splice(index, 1);
        const to = other % (rules.length + 1);
        rules.splice(to, 0, taken);
        assert.equal(compareTables(table, moved as unknown as ListedTable).length, to === index ? 0 : 1);
      }),
    );
  });

  it("lists foreign base chains with numbers for nft's names, and flowtables", () => {
    const chains = `table inet jeda {
	chain forward {
		type filter hook forward priority filter - 10; policy accept;
	}
}
table ip nat {
	chain post {
		type nat hook postrouting priority srcnat + 5; policy accept;
	}
	chain plain {
	}
}
table bridge b {
	chain f {
		type filter hook forward priority filter; policy accept;
	}
}`;
    const flowtables =
      "table inet x {\n\tflowtable ft {\n\t\thook ingress priority filter\n\t\tdevices = { eth0 }\n\t}\n}";
    assert.deepEqual(foreignHooks(chains, flowtables, ["jeda"]), [
      { table: "ip nat", chain: "post", hook: "postrouting", priority: 105 },
      { table: "bridge b", chain: "f", hook: "forward", priority: -200 },
      { table: "inet x", chain: "flowtable ft", hook: "ingress", priority: 0 },
    ]);
    assert.deepEqual(parseListing(""), []);
  });
});
