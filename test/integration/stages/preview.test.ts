/** `npm run preview` on a machine that reaches no host and has no backend: what a newcomer sees. */
import assert from "node:assert/strict";
import { execa } from "execa";
import { repository } from "../../../toolchain/paths.ts";

describe("npm run preview", function () {
  this.timeout(240_000);

  it("shows the stack production offline: its proof, its hazards, and what it could not compare", async () => {
    const { exitCode, all } = await execa(
      process.execPath,
      ["commands/preview.ts", "--stack", "production", "--non-interactive"],
      {
        cwd: repository,
        env: { JEDA_LAB: `none${process.pid}`, PULUMI_BACKEND_URL: "" },
        all: true,
        reject: false,
        stdin: "ignore",
      },
    );
    assert.equal(exitCode, 0, all);
    assert.match(
      all,
      /production was never applied from here: everything is shown as new, compared with no host/,
    );
    assert.match(all, /Flow proof of RS KRMT Wongsonegoro/);
    assert.match(all, /hazard: SMB, RPC and RDP/);
    assert.match(all, /\d+ to create/);
  });
});
