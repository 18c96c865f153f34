import assert from "node:assert/strict";
import { ScratchProject } from "./scratch-project.ts";

describe("toolchain: the program", () => {
  let project: ScratchProject;
  before(async () => {
    project = await ScratchProject.make();
  });
  after(() => project.remove());

  it("runs index.ts as an ES module with its types stripped, and gets its configuration", async () => {
    await project.pulumi("config", "set", "--path", "shape.words[0]", "malam");
    await project.pulumi("config", "set", "--secret", "hidden", "x1y2");
    project.program(`
      import type { Config } from "@pulumi/pulumi";
      interface Shape { readonly words: readonly string[] }
      const config: Config = new pulumi.Config();
      const later = await Promise.resolve("top-level await");
      export const seen = {
        shape: config.requireObject<Shape>("shape"),
        later, stack: pulumi.getStack(), project: pulumi.getProject(), root: pulumi.runtime.getRootDirectory?.(),
        module: import.meta.url,
      };
      export const hidden = config.requireSecret("hidden");`);
    const { exitCode, all } = await project.up();
    assert.equal(exitCode, 0, all);
    assert.deepEqual(await project.output("seen"), {
      shape: { words: ["malam"] },
      later: "top-level await",
      stack: "dev",
      project: "scratch",
      root: project.directory,
      module: `file://${project.file("index.ts")}`,
    });
    assert.equal(await project.output("hidden"), "x1y2");
    assert.ok(!project.backendText().includes("x1y2"));
  });

  it("previews, refreshes and destroys without changes or questions", async () => {
    project.program(`new command.local.Command("a", { create: "true" });`);
    assert.equal((await project.up()).exitCode, 0);
    assert.equal((await project.pulumi("preview", "--expect-no-changes")).exitCode, 0);
    assert.equal((await project.pulumi("refresh", "--yes", "--expect-no-changes")).exitCode, 0);
    assert.equal((await project.pulumi("destroy", "--yes", "--skip-preview")).exitCode, 0);
  });

  it("fails with a trace when the program throws an Error", async () => {
    project.program(`throw new Error("thrown on purpose");`);
    const { exitCode, all } = await project.pulumi("preview");
    assert.notEqual(exitCode, 0);
    assert.match(all, /Error: thrown on purpose\n\s+at /);
  });

  it("fails without a trace when it throws a RunError", async () => {
    project.program(`throw new pulumi.RunError("the window ends before it begins");`);
    const { exitCode, all } = await project.pulumi("preview");
    assert.notEqual(exitCode, 0);
    assert.match(all, /error: the window ends before it begins/);
    assert.doesNotMatch(all, /\n\s+at /);
    assert.doesNotMatch(all, /non-zero exit code/);
  });

  it("says what ended the program when it exits by itself", async () => {
    project.program("process.exit(9);");
    const { exitCode, all } = await project.pulumi("preview");
    assert.notEqual(exitCode, 0);
    assert.match(all, /exit code: 9/);
  });
});
