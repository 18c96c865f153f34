import assert from "node:assert/strict";
import fc from "fast-check";
import { atLeast, compareVersions, findVersion, type Version } from "../../../toolchain/build/versions.ts";

const version = fc.tuple(fc.nat(500), fc.nat(500), fc.nat(500));
const text = ([major, minor, patch]: Version) => `${major}.${minor}.${patch}`;

describe("versions", () => {
  it("finds the version in what tools print", () => {
    assert.deepEqual(findVersion("v3.250.0\n"), [3, 250, 0]);
    assert.deepEqual(findVersion("go1.26"), [1, 26, 0]);
    assert.deepEqual(findVersion("go version go1.25.11 linux/amd64"), [1, 25, 11]);
    assert.equal(findVersion("none"), null);
  });

  it("orders them number by number", () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const bySize = a[0] * 1e6 + a[1] * 1e3 + a[2] - (b[0] * 1e6 + b[1] * 1e3 + b[2]);
        assert.equal(Math.sign(compareVersions(a, b)), Math.sign(bySize));
        assert.equal(atLeast(text(a), text(b)), bySize >= 0);
      }),
    );
  });

  it("takes text without a version for too old", () => {
    assert.equal(atLeast("unknown command", "1.0"), false);
  });
});
