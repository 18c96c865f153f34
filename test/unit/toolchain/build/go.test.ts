import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { fetchGo, goModule } from "../../../../toolchain/build/fetch-go.ts";
import { howToGo, installCommand } from "../../../../toolchain/build/go.ts";
import { oldestGo } from "../../../../toolchain/build/pins.ts";

describe("the Go that builds the toolchain", () => {
  it("is the one that is there, or fetched by it, or refused", () => {
    for (const [version, choice, expected] of [
      [`go${oldestGo}`, "local", "build"],
      ["go1.26.8", "auto", "build"],
      // Debian 13's, and the same where somebody told it to stay.
      ["go1.24.4", "auto", "fetch"],
      ["go1.24.4", "local", "refuse"],
      // Debian 12's.
      ["go1.19.8", "", "fetch"],
      ["go1.20", "", "fetch"],
      ["go1.15.15", "", "refuse"],
      ["", "", "refuse"],
    ] as const) {
      assert.equal(howToGo(version, choice), expected, `${version} ${choice}`);
    }
  });

  it("is asked for by a command of the machine's own", () => {
    assert.match(installCommand(true), /^apt-get install .* golang-go$/);
    assert.match(installCommand(false, "arm64"), new RegExp(`go${oldestGo}\\.linux-arm64\\.tar\\.gz`));
  });

  describe("fetched by an old one", () => {
    let top: string;
    beforeEach(() => {
      top = mkdtempSync(join(tmpdir(), "jeda-go-"));
    });
    afterEach(() => rmSync(top, { recursive: true, force: true }));

    /** What an old go leaves in its module cache: files, none of them executable. */
    function oldGo(script: string): string {
      for (const folder of ["new/bin", "new/pkg/tool/linux_amd64"]) {
        mkdirSync(join(top, folder), { recursive: true });
      }
      writeFileSync(join(top, "new/bin/go"), "#!/bin/sh\n../pkg/tool/linux_amd64/compile\n", { mode: 0o444 });
      writeFileSync(join(top, "new/pkg/tool/linux_amd64/compile"), "#!/bin/sh\necho built\n", {
        mode: 0o444,
      });
      writeFileSync(join(top, "go"), `#!/bin/sh\n${script}\n`);
      chmodSync(join(top, "go"), 0o755);
      return join(top, "go");
    }

    it("can be run with its tools, though modules are not executable", async () => {
      const old = oldGo(`[ "$*" = "mod download -json ${goModule()}" ] && echo '{"Dir": "${top}/new"}'`);
      const found = await fetchGo(old, "hint");
      assert.equal(found, join(top, "new/bin/go"));
      assert.equal((await execa(found, { cwd: join(top, "new/bin") })).stdout, "built");
    });

    it("and what kept it from fetching is said, with the command to install one", async () => {
      await assert.rejects(fetchGo(oldGo("echo no such host >&2; exit 1"), "the command"), (error) => {
        const { code, message, hint } = error as { code: string; message: string; hint: string };
        assert.deepEqual([code, hint], ["PREREQUISITE", "the command"]);
        assert.match(message, /no such host/);
        return true;
      });
    });
  });
});
