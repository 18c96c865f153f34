import assert from "node:assert/strict";
import fc from "fast-check";
import {
  bitsOf,
  contains,
  formatAddress,
  formatPrefix,
  makeDisjoint,
  overlaps,
  type Prefix,
  parseAddress,
  parsePrefix,
  subtract,
} from "../../../src/network/cidr.ts";

/** Prefixes that lie close together, so that they often touch, nest and overlap. */
const near = (family: 4 | 6) => {
  const bits = bitsOf(family);
  const base = family === 4 ? 0x0a000000n : 0x20010db8n << 96n;
  return fc
    .tuple(fc.bigInt({ min: 0n, max: 63n }), fc.integer({ min: bits - 6, max: bits }))
    .map(([offset, length]) => parsePrefix(`${formatAddress(family, base + offset)}/${length}`));
};
const prefix = fc.oneof(near(4), near(6));
const prefixes = fc.array(prefix, { maxLength: 12 });

/** Every address of a small prefix, as text. */
function addresses({ family, first, length }: Prefix): string[] {
  const count = 1 << (bitsOf(family) - length);
  return Array.from({ length: count }, (_, index) => formatAddress(family, first + BigInt(index)));
}
const union = (list: readonly Prefix[]) => new Set(list.flatMap(addresses));

describe("prefixes", () => {
  it("are written canonically", () => {
    const canonical: Record<string, string> = {
      "10.20.13.7/20": "10.20.0.0/20",
      "10.0.0.1": "10.0.0.1/32",
      "0.0.0.0/0": "0.0.0.0/0",
      "2001:DB8:0:0::1/32": "2001:db8::/32",
      "2001:db8::1": "2001:db8::1/128",
      "::/0": "::/0",
      "2001:0db8:0000:0001:0000:0000:0000:0001/64": "2001:db8:0:1::/64",
    };
    for (const [text, wanted] of Object.entries(canonical)) {
      assert.equal(formatPrefix(parsePrefix(text)), wanted);
    }
  });

  it("are refused when they are not exactly that", () => {
    const wrong = ["", "10.0.0/8", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/", "10.0.0.0/8/8"];
    wrong.push(
      "010.0.0.1/8",
      "0x0a.0.0.1",
      "167772160",
      "::1/129",
      "fe80::1%eth0/64",
      "1::2::3/64",
      "a/8",
      " 10.0.0.0/8",
    );
    for (const text of wrong) assert.throws(() => parsePrefix(text), RangeError, text);
  });

  it("survive being written and read", () => {
    const any = fc.oneof(
      fc.tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 })),
      fc.tuple(fc.ipV6(), fc.integer({ min: 0, max: 128 })),
    );
    fc.assert(
      fc.property(any, ([address, length]) => {
        const read = parsePrefix(`${address}/${length}`);
        assert.deepEqual(parsePrefix(formatPrefix(read)), read);
        const { family, value } = parseAddress(address);
        assert.ok(contains(read, { family, first: value, length: bitsOf(family) }));
      }),
    );
  });

  it("overlap exactly when they share an address", () => {
    fc.assert(
      fc.property(prefix, prefix, (a, b) => {
        const ofB = union([b]);
        const shared = addresses(a).filter((address) => ofB.has(address)).length;
        assert.equal(overlaps(a, b), shared > 0);
        assert.equal(overlaps(b, a), shared > 0);
        assert.equal(contains(a, b), shared === addresses(b).length);
      }),
    );
  });

  it("subtracted leave exactly the other addresses", () => {
    fc.assert(
      fc.property(prefix, prefix, (from, hole) => {
        const rest = subtract(from, hole);
        const holes = union([hole]);
        assert.deepEqual(
          rest.flatMap(addresses),
          addresses(from).filter((address) => !holes.has(address)),
        );
      }),
    );
  });

  it("made disjoint hold the same addresses, each once, in order", () => {
    fc.assert(
      fc.property(prefixes, (list) => {
        const disjoint = makeDisjoint(list);
        const held = disjoint.flatMap(addresses);
        assert.equal(new Set(held).size, held.length);
        assert.deepEqual(new Set(held), union(list));
        assert.deepEqual(makeDisjoint([...list].reverse()), disjoint);
        assert.deepEqual(makeDisjoint(disjoint), disjoint);
        for (const one of disjoint)
          assert.ok(list.some((written) => formatPrefix(written) === formatPrefix(one)));
      }),
    );
  });

  it("made disjoint are not merged with their neighbours", () => {
    const halves = ["10.0.0.0/25", "10.0.0.128/25"].map(parsePrefix);
    assert.deepEqual(makeDisjoint(halves), halves);
  });
});
