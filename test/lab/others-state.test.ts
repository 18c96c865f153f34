import assert from "node:assert/strict";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { labDown } from "../../lab/down.ts";
import { keptText } from "../../lab/others-state.ts";
import { backendDir, stateDir } from "../../lab/state.ts";

describe("taking a lab away whose state holds another's stack", () => {
  const id = `others-${process.pid}`;
  const former = process.env.XDG_STATE_HOME;
  let top: string;
  beforeEach(() => {
    top = mkdtempSync(join(tmpdir(), "jeda-others-"));
    process.env.XDG_STATE_HOME = top;
  });
  afterEach(async () => {
    await labDown(id);
    if (former === undefined) delete process.env.XDG_STATE_HOME;
    else process.env.XDG_STATE_HOME = former;
    rmSync(top, { recursive: true });
  });

  const put = (...files: string[]) => {
    for (const file of files) {
      const path = join(backendDir(id), ".pulumi", file);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, file);
    }
  };
  const labs = ["stacks/jeda/lab.json", "stacks/jeda/lab.json.bak", "history/jeda/lab/1.json"];
  const others = ["meta.yaml", "stacks/jeda/melati.json", "history/jeda/melati/1.json"];

  it("keeps that, also of a lab that stands, and nothing of the lab's", async () => {
    mkdirSync(stateDir(id), { recursive: true });
    // What a lab before has left lies hidden below the mount of this one.
    put("stacks/other/lab.json");
    await execa("mount", ["-t", "tmpfs", "-o", "mode=700,size=1m", "jeda-others", stateDir(id)]);
    put(...labs, ...others);
    const kept = await labDown(id);
    assert.deepEqual(
      kept.map(({ stacks }) => stacks),
      [["jeda/melati"], ["other/lab"]],
    );
    assert.ok(!existsSync(stateDir(id)));
    const directory = kept[0]?.directory ?? "";
    const files = readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(`${directory}/.pulumi/`.length));
    assert.deepEqual(files.sort(), [...others].sort());
    assert.equal(
      readFileSync(join(directory, ".pulumi/stacks/jeda/melati.json"), "utf8"),
      "stacks/jeda/melati.json",
    );
    for (const one of kept) assert.ok(keptText(one).includes(`file://${one.directory} `));
  });

  it("keeps nothing where there is none", async () => {
    put(...labs);
    assert.deepEqual(await labDown(id), []);
    assert.deepEqual(readdirSync(top), []);
  });
});
