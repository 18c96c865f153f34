import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { cacheDir, repository } from "../../../toolchain/paths.ts";

describe("toolchain: with an official Pulumi CLI on PATH", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "jeda-official-"));
    const programs = {
      // Tells what it was given, and ends with a code of its own.
      pulumi:
        '#!/bin/sh\n[ "$1" = version ] && { echo v3.230.0; exit 0; }\n[ "$1" = plugin ] && { echo "$*" >>"$HOME/asked"; echo no route; exit 1; }\necho "args: $*"\necho "home: $(printenv PULUMI_HOME || echo none)"\necho "path: $PATH"\nexit 5\n',
      "pulumi-language-nodejs": "#!/bin/sh\n",
    };
    for (const [name, text] of Object.entries(programs)) {
      writeFileSync(join(folder, name), text);
      chmodSync(join(folder, name), 0o755);
    }
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const wrapper = (home: string) =>
    execa(
      "sh",
      [join(repository, "toolchain/run"), "commands/pulumi.ts", "preview", "--stack", "production"],
      {
        env: {
          PATH: `${folder}:${process.env.PATH}`,
          JEDA_CACHE: cacheDir(),
          PULUMI_BACKEND_URL: `file://${folder}`,
          PULUMI_CONFIG_PASSPHRASE: "made up",
          PULUMI_HOME: undefined,
          HOME: home,
        },
        reject: false,
        stdin: "ignore",
      },
    );

  it("that one runs, without our home and with none of our plugins in reach", async () => {
    const home = join(folder, "with-plugin");
    const plugin = join(home, ".pulumi/plugins/resource-command-v1.2.1");
    mkdirSync(plugin, { recursive: true });
    writeFileSync(join(plugin, "pulumi-resource-command"), "", { mode: 0o755 });
    const { stdout, exitCode } = await wrapper(home);
    assert.equal(exitCode, 5);
    assert.match(stdout, /^args: preview --stack production --config-file \/.*\/stack\.yaml$/m);
    assert.match(stdout, /^home: none$/m);
    const path = /^path: (.*)$/m.exec(stdout)?.[1] ?? "";
    const ours = path.split(":").filter((entry) => entry.startsWith(join(cacheDir(), "toolchain")));
    assert.deepEqual(
      ours.map((entry) => entry.split("/").slice(-2).join("/")),
      ["node/bin"],
    );
  });

  it("without its command plugin the built engine does the work", async () => {
    const home = join(folder, "without-plugin");
    mkdirSync(home);
    const { stdout, exitCode } = await wrapper(home);
    assert.notEqual(exitCode, 5);
    assert.doesNotMatch(stdout, /^args:/m);
    // The engine was built already: nothing is fetched at every start.
    assert.ok(!existsSync(join(home, "asked")));
  });
});
