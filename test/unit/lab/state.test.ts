import assert from "node:assert/strict";
import fc from "fast-check";
import { mountsUnder } from "../../../lab/down.ts";
import { namespaceName, namespaceOwners } from "../../../lab/machines/namespaces.ts";
import { checkLabId, labCache } from "../../../lab/state.ts";
import { JedaError } from "../../../src/model/errors.ts";

const id = fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,23}$/);

describe("a lab's names", () => {
  it("refuses ids that could leave the lab's directory or name", () => {
    for (const bad of ["", "..", "a/b", "-a", "A", "a b", "x".repeat(25)]) {
      assert.throws(
        () => checkLabId(bad),
        (error) => error instanceof JedaError && error.code === "CONFIG",
      );
    }
  });

  it("never gives two labs a namespace of the same name", () => {
    fc.assert(
      fc.property(id, id, (one, other) => {
        fc.pre(one !== other);
        const names = new Set(namespaceOwners.map((owner) => namespaceName(one, owner)));
        for (const owner of namespaceOwners) assert.ok(!names.has(namespaceName(other, owner)));
      }),
    );
  });

  it("finds a lab's mounts, innermost first, and no other lab's", () => {
    const line = (point: string) => `1 2 0:3 / ${point} rw - tmpfs x rw`;
    const table = [
      "/",
      "/run/jeda-lab/a",
      "/run/jeda-lab/ab",
      "/run/jeda-lab/a/hosts/edge\\040x",
      "/run/jeda-lab/ab/c",
    ];
    assert.deepEqual(mountsUnder("/run/jeda-lab/a", table.map(line).join("\n")), [
      "/run/jeda-lab/a/hosts/edge x",
      "/run/jeda-lab/a",
    ]);
  });

  it("keeps templates where the user's cache is", () => {
    assert.equal(labCache({ JEDA_CACHE: "/c", XDG_CACHE_HOME: "/x" }), "/c/lab");
    assert.equal(labCache({ XDG_CACHE_HOME: "/x" }), "/x/jeda/lab");
  });
});
