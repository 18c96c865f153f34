import assert from "node:assert/strict";
import { missingPackages } from "../../../../toolchain/build/debian-packages.ts";

describe("Debian packages", () => {
  it("are missing when unknown, removed or half installed", () => {
    const listing = "nftables installed\nsamba config-files\nfuse3 half-configured\n";
    assert.deepEqual(missingPackages(["nftables", "samba", "fuse3", "socat"], listing), [
      "samba",
      "fuse3",
      "socat",
    ]);
  });
});
