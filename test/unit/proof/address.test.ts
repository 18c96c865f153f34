import assert from "node:assert/strict";
import { literalHost } from "../../../src/proof/address.ts";
import { surroundings } from "../../../src/proof/surroundings.ts";

describe("the host of an endpoint", () => {
  const cases: readonly (readonly [string, string | null])[] = [
    ["10.0.0.1", "10.0.0.1"],
    ["10.0.0.1:80", "10.0.0.1"],
    ["2001:db8::1", "2001:db8::1"],
    ["[2001:db8::1]:80", "2001:db8::1"],
    ["postgres://pulumi@10.0.0.1:5432/state?sslmode=require", "10.0.0.1"],
    ["https://[2001:db8::1]/path", "2001:db8::1"],
    ["files.internal:445", null],
    ["file:///var/lib/state", null],
    ["someone@hospital.example", null],
    ["", null],
  ];
  for (const [text, host] of cases) {
    it(`of "${text}" is ${host}`, () => assert.equal(literalHost(text), host));
  }

  it("tells where the state backend is, when its address is known", () => {
    const { endpoints } = surroundings({ PULUMI_BACKEND_URL: "postgres://pulumi@10.20.0.9/state" });
    assert.deepEqual(endpoints?.[0], { name: "the Pulumi backend", address: "10.20.0.9" });
  });
});
