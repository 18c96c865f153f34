import assert from "node:assert/strict";
import fc from "fast-check";
import { contains, makeDisjoint, overlaps, type Prefix, parsePrefix } from "../../../src/network/cidr.ts";
import { PrefixIndex } from "../../../src/network/prefix-index.ts";

/** Close together, so that many hold each other. */
const prefix: fc.Arbitrary<Prefix> = fc.oneof(
  fc
    .record({ last: fc.nat(63), length: fc.integer({ min: 24, max: 32 }) })
    .map(({ last, length }) => parsePrefix(`10.0.0.${last * 4}/${length}`)),
  fc
    .record({ last: fc.nat(63), length: fc.constantFrom(0, 64, 120, 124, 128) })
    .map(({ last, length }) => parsePrefix(`2001:db8::${last.toString(16)}/${length}`)),
);

describe("an index of prefixes", () => {
  const entries = fc
    .array(prefix, { maxLength: 40 })
    .map((all) => all.map((one, order) => ({ prefix: one, order })));
  const orders = (found: readonly { readonly order: number }[]) =>
    found.map(({ order }) => order).sort((a, b) => a - b);

  it("finds what comparing with each finds", () => {
    fc.assert(
      fc.property(entries, prefix, (all, wanted) => {
        const index = new PrefixIndex(all);
        assert.deepEqual(
          orders(index.holding(wanted)),
          orders(all.filter((one) => contains(one.prefix, wanted))),
        );
        assert.deepEqual(
          orders(index.touching(wanted)),
          orders(all.filter((one) => overlaps(one.prefix, wanted))),
        );
      }),
    );
  });

  it("makes disjoint what holds the same addresses", () => {
    fc.assert(
      fc.property(entries, (all) => {
        const disjoint = makeDisjoint(all.map((one) => one.prefix));
        for (const [at, one] of disjoint.entries()) {
          assert.ok(disjoint.every((other, place) => place === at || !overlaps(one, other)));
        }
        for (const one of all) assert.ok(disjoint.some((wider) => contains(wider, one.prefix)));
      }),
    );
  });
});
