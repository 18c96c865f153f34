import assert from "node:assert/strict";
import fc from "fast-check";
import {
  fromStruct,
  holdsSecret,
  holdsUnknown,
  type Properties,
  secret,
  toStruct,
  UNKNOWN,
  unwrap,
} from "../../../pulumi-protocol/wire.ts";

describe("the wire", () => {
  const json = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constant(null),
      fc.boolean(),
      fc.double({ noNaN: true, noDefaultInfinity: true }).filter((number) => !Object.is(number, -0)),
      fc.string(),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(
        fc.string().filter((key) => key !== "__proto__"),
        tie("value"),
        { maxKeys: 4, noNullPrototype: true },
      ),
    ),
  })).value;
  const properties = fc.dictionary(
    fc.string().filter((key) => key !== "__proto__"),
    json,
    { noNullPrototype: true },
  ) as fc.Arbitrary<Properties>;

  it("echoes what came", () => {
    fc.assert(fc.property(properties, (given) => assert.deepEqual(fromStruct(toStruct(given)), given)));
  });

  it("takes secrets out of their envelopes at every depth, and finds them", () => {
    const given = { plain: 1, list: [secret({ deep: secret("pw") })] };
    assert.deepEqual(unwrap(given), { plain: 1, list: [{ deep: "pw" }] });
    assert.equal(holdsSecret(given), true);
    assert.equal(holdsSecret(unwrap(given)), false);
  });

  it("finds unknowns inside secrets", () => {
    assert.equal(holdsUnknown({ a: [secret(UNKNOWN)] }), true);
    assert.equal(holdsUnknown({ a: [secret("known")] }), false);
  });
});
