import assert from "node:assert/strict";
import { makeTransition } from "../../../src/firewall/change/transition.ts";
import { parseTableText } from "../../../src/firewall/readback/listing.ts";
import { policyComment, settled } from "../../../src/firewall/readback/probation.ts";

const wanted = `table inet jeda {
	chain forward {
		type filter hook forward priority filter - 10; policy accept;
		jump lateral comment "forward/jump"
	}

	chain lateral {
		counter drop comment "lateral/rest"
	}
}
`;

describe("a commit-confirmed change", () => {
  it("is none when nothing differs, or nothing is wanted", () => {
    assert.equal(makeTransition({ jeda: wanted }, { jeda: wanted }), null);
    assert.equal(makeTransition({ jeda: wanted }, { jeda: null }), null);
  });

  it("enters the new chains only by the probation set, and renames their jumps", () => {
    const { provisional = "", reverted = "" } = makeTransition({ jeda: null }, { jeda: wanted }) ?? {};
    assert.match(provisional, /^add set inet jeda probation \{ typeof meta nfproto; flags timeout; \}$/m);
    assert.match(provisional, /^add rule inet jeda new_forward jump new_lateral comment "forward\/jump"$/m);
    assert.match(provisional, /goto new_forward .*\nadd rule inet jeda forward goto old_forward/);
    assert.equal(reverted, "delete table inet jeda\n");
  });

  it("renames the chains of a verdict map, on both sides", () => {
    const map = wanted.replace("jump lateral ", 'iifname vmap { "a0" : goto lateral, "b0" : goto lateral } ');
    const rule = (side: string) =>
      `add rule inet jeda ${side}_forward iifname vmap { "a0" : goto ${side}_lateral, "b0" : goto ${side}_lateral }`;
    const { provisional = "" } = makeTransition({ jeda: wanted }, { jeda: map }) ?? {};
    assert.ok(provisional.includes(rule("new")), provisional);
    const { provisional: back = "", confirmed = "" } = makeTransition({ jeda: map }, { jeda: wanted }) ?? {};
    assert.ok(back.includes(rule("old")), back);
    assert.ok(confirmed.includes("add rule inet jeda forward jump lateral"), confirmed);
  });

  it("wakes a dormant table only after emptying it", () => {
    const dormant = wanted.replace("{\n", "{\n\tflags dormant\n\n");
    const { provisional = "", reverted = "" } = makeTransition({ jeda: dormant }, { jeda: wanted }) ?? {};
    assert.ok(provisional.startsWith("flush table inet jeda\nadd table inet jeda\n#jeda then\n"));
    assert.doesNotMatch(provisional, /add rule inet jeda old_/);
    assert.ok(reverted.endsWith("#jeda then\nadd table inet jeda { flags dormant; }\n"));
  });

  it("reads a leftover as the former rules, a drop policy included", () => {
    const leftover = `table inet jeda_host {
	set probation {
		typeof meta nfproto
		flags timeout
	}

	chain input {
		type filter hook input priority filter - 10; policy accept;
		meta nfproto @probation goto new_input comment "input/probation"
		goto old_input comment "input/former"
	}

	chain new_input {
		accept comment "input/all"
	}

	chain old_input {
		jump old_more comment "input/more"
		drop comment "${policyComment("input")}"
	}

	chain old_more {
	}
}
`;
    const table = parseTableText(leftover);
    assert.ok(table);
    const [input, more] = settled(table).chains;
    assert.match(input?.base ?? "", /policy drop;/);
    assert.deepEqual(
      input?.rules.map(({ key, text }) => [key, text]),
      [["input/more", "jump more"]],
    );
    assert.equal(more?.name, "more");
  });
});
