import assert from "node:assert/strict";
import { execa } from "execa";
import { inRoot } from "../../../lab/roots/enter.ts";
import { nftOf, releases } from "../../../lab/roots/releases.ts";
import { ensureRoot } from "../../../lab/roots/root-tree.ts";
import { compileHostTable } from "../../../src/firewall/tables/host-table.ts";
import { compilePolicyTable } from "../../../src/firewall/tables/policy-table.ts";
import { renderTable } from "../../../src/firewall/tables/table.ts";
import { compileWindowTable } from "../../../src/firewall/tables/window-table.ts";
import { edge, hospital } from "./hospital.ts";

const tables = [
  compilePolicyTable(hospital, edge),
  compileWindowTable(hospital, edge),
  compileHostTable(hospital),
];

for (const release of releases) {
  describe(`nft of Debian's ${release}`, () => {
    let root = "";
    before(async function () {
      this.timeout(600_000);
      root = await ensureRoot(release, "edge", () => {});
    });

    const nft = (script: string, input: string) =>
      execa("unshare", ["--net", ...inRoot(root), "sh", "-ec", script], { input, reject: false, all: true });

    it("is the version that is meant", async () => {
      assert.match((await nft("nft --version", "")).stdout, new RegExp(`v${nftOf[release]} `));
    });

    for (const table of tables) {
      it(`loads inet ${table.name}, and what it prints of it`, async () => {
        const text = renderTable(table);
        const name = `inet ${table.name}`;
        // Node's pipe is a socket, which nft 0.9.8 can't open as /dev/stdin.
        const script = `cat | nft -f - && nft -s list table ${name} >/tmp/listed.$$ && nft delete table ${name}
          nft -f /tmp/listed.$$ && nft -s list table ${name} | cmp - /tmp/listed.$$; rm /tmp/listed.$$`;
        const { all, exitCode } = await nft(script, text);
        assert.equal(exitCode, 0, `${all}\n${text}`);
      });
    }
  });
}
