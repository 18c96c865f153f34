import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetchPlugin } from "../../../../toolchain/build/fetch-plugin.ts";

describe("the command plugin of an official CLI without it", () => {
  let top: string;
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), "jeda-plugin-test-"));
    mkdirSync(join(top, "bin"));
    writeFileSync(join(top, "bin/pulumi-language-nodejs"), "#!/bin/sh\n", { mode: 0o755 });
  });
  afterEach(() => rmSync(top, { recursive: true, force: true }));

  const fetch = (installing: string, limitMs = 20_000) => {
    const text = `#!/bin/sh\n[ "$1" = version ] && { echo v3.230.0; exit 0; }\necho "$*" >"$HOME/asked"\n${installing}\n`;
    writeFileSync(join(top, "bin/pulumi"), text, { mode: 0o755 });
    return fetchPlugin({ HOME: top, PATH: `${join(top, "bin")}:${process.env.PATH}` }, limitMs);
  };
  const installs =
    "d=$HOME/.pulumi/plugins/resource-command-v1.2.1; mkdir -p $d; echo x >$d/pulumi-resource-command; chmod 755 $d/*";

  it("is fetched by the CLI itself, which then does the work", async () => {
    assert.equal(await fetch(installs), join(top, "bin/pulumi"));
    assert.equal(readFileSync(join(top, "asked"), "utf8"), "plugin install resource command 1.2.1\n");
  });

  it("that can't be fetched leaves the work to the built engine, also where the CLI believes that it could", async () => {
    assert.equal(await fetch("echo no route; exit 1"), null);
    assert.equal(await fetch("exit 0"), null);
    assert.ok(existsSync(join(top, "asked")));
  });

  it("that does not come in time is not waited for, whatever the CLI has started", async () => {
    const started = performance.now();
    assert.equal(await fetch("sleep 9 & wait", 500), null);
    assert.ok(performance.now() - started < 8_000);
  });
});
