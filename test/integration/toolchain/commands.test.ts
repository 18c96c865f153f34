import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { ScratchProject } from "./scratch-project.ts";

describe("toolchain: command:local:Command", () => {
  let project: ScratchProject;
  beforeEach(async () => {
    project = await ScratchProject.make();
  });
  afterEach(() => project.remove());

  it("streams what a command prints line by line, in order", async () => {
    project.program(`
      new command.local.Command("talk", {
        create: "i=0; while [ $i -lt 300 ]; do i=$((i+1)); echo line $i; done; printf last",
      });`);
    const { exitCode } = await project.up("--event-log", project.file("events"));
    assert.equal(exitCode, 0);
    const told = project
      .read("events")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as { diagnosticEvent?: { message: string; ephemeral?: boolean } })
      .map(({ diagnosticEvent }) => diagnosticEvent?.message.replace(/<\{%.*?%\}>/g, "").trim())
      .filter((message) => /^(line \d+|last)$/.test(message ?? ""));
    const wanted = [...Array.from({ length: 300 }, (_, index) => `line ${index + 1}`), "last"];
    assert.deepEqual(told, wanted);
  });

  it("runs in a directory, by an interpreter, with standard input and environment, and keeps what was printed", async () => {
    project.program(`
      const one = new command.local.Command("one", {
        create: "pwd; cat; printf %s \\"$GREETING\\" >&2",
        dir: "stacks", stdin: "from stdin\\n", environment: { GREETING: "good night" }, logging: "none",
      });
      const two = new command.local.Command("two", { create: "console.log(6 * 7)", interpreter: ["node", "-e"] });
      const three = new command.local.Command("three", { create: "true", assetPaths: ["stacks/*.yaml", "!**/x*"] });
      export const printed = pulumi.all([one.stdout, one.stderr, two.stdout]);
      export const files = three.assets.apply((assets) => Object.keys(assets ?? {}));`);
    writeFileSync(project.file("stacks/a.yaml"), "a");
    writeFileSync(project.file("stacks/x.yaml"), "x");
    const { exitCode, all } = await project.up("--suppress-outputs");
    assert.equal(exitCode, 0, all);
    assert.deepEqual(await project.output("printed"), [
      `${project.file("stacks")}\nfrom stdin`,
      "good night",
      "42",
    ]);
    assert.deepEqual(await project.output("files"), ["stacks/Pulumi.dev.yaml", "stacks/a.yaml"]);
    assert.ok(!all.includes("from stdin"), "logging none still shows the output");
  });

  it("keeps secret inputs out of the state, and stores what a command echoes as the original does: in clear", async () => {
    const value = "kata-sandi-9f31c7";
    await project.pulumi("config", "set", "--secret", "password", value);
    project.program(`
      const password = new pulumi.Config().requireSecret("password");
      const echo = new command.local.Command("echo", {
        create: "cat >/dev/null; printf %s $PASSWORD | tr k K", stdin: password, environment: { PASSWORD: password },
        delete: "true", logging: "none",
      });
      export const seen = echo.stdout;
      export const length = echo.stderr;`);
    const preview = await project.pulumi("preview", "--diff");
    const up = await project.up();
    assert.equal(up.exitCode, 0, up.all);
    const echoed = value.replace("k", "K");
    assert.equal(await project.output("seen"), echoed);
    assert.ok(project.backendText().includes(echoed), "the stand-in seals more than the original");
    project.program("");
    const destroy = await project.up();
    for (const text of [
      preview.all,
      up.all,
      destroy.all,
      project.backendText(),
      project.read("stacks/Pulumi.dev.yaml"),
    ]) {
      assert.ok(!text.includes(value), "the secret stands there in clear");
    }
    assert.ok(project.backendText().includes('"ciphertext"'));
  });

  it("keeps every secret input out of the state, at any depth, through a replacement that fails", async () => {
    const names = ["one", "two", "three", "four", "five", "six", "seven"];
    const value = (name: string) => `rahasia-${name}-83c1`;
    const words = names.map((name) => `const ${name} = config.requireSecret("${name}");`);
    await project.pulumi(
      "config",
      "set-all",
      ...names.flatMap((name) => ["--secret", `${name}=${value(name)}`]),
    );
    const program = (turn: string, end: string) =>
      project.program(`
        const config = new pulumi.Config();
        ${words.join("\n")}
        new command.local.Command("many", {
          create: pulumi.interpolate\`test -n "$ONE$TWO" -a \${four} && cat >/dev/null && ${end}\`,
          delete: pulumi.interpolate\`test \${five}\`,
          stdin: pulumi.interpolate\`{"password": "\${three}"}\`,
          environment: { ONE: one, TWO: two, TURN: "${turn}" },
          triggers: ["plain", { deep: [six] }, ${turn === "second" ? "seven" : "1"}],
          logging: "none", addPreviousOutputInEnv: false,
        });`);
    // In what the state holds. A command that fails is quoted in the error, as the original does: no secret belongs there.
    const inState = () => names.filter((name) => project.backendText().includes(value(name)));
    for (const [turn, end, good] of [
      ["first", "true", true],
      ["second", "exit 3", false],
    ] as const) {
      program(turn, end);
      const { exitCode, all } = await project.up("--suppress-outputs");
      assert.equal(exitCode === 0, good, all);
      assert.deepEqual(inState(), [], `${turn}: ${end}`);
    }
  });

  it("refuses what only the original can do, with nothing of it in the state", async () => {
    await project.pulumi("config", "set", "--secret", "password", "rahasia-jauh-77ab");
    project.program(`
      const password = new pulumi.Config().requireSecret("password");
      new command.remote.Command("far", { create: "true", connection: { host: "127.0.0.1", password } });`);
    const { exitCode, all } = await project.up();
    assert.notEqual(exitCode, 0);
    assert.match(all, /command:remote:Command is not among what the toolchain's stand-in/);
    for (const text of [all, project.backendText()]) assert.ok(!text.includes("rahasia-jauh-77ab"));
  });

  it("replaces when a trigger changes: creates the new first, then deletes by the old text", async () => {
    const program = (trigger: string, words: string) =>
      project.program(`
        new command.local.Command("life", {
          create: "echo create ${words} >> log", update: "echo update >> log",
          delete: "echo delete ${words} >> log", triggers: [{ window: "${trigger}" }],
        });`);
    program("one", "first");
    assert.equal((await project.up()).exitCode, 0);
    program("two", "second");
    const preview = await project.pulumi("preview", "--diff");
    assert.match(preview.all, /\+-command:local:Command: \(replace\)/);
    assert.match(preview.all, /~ triggers/);
    assert.equal((await project.up()).exitCode, 0);
    assert.equal(project.read("log"), "create first\ncreate second\ndelete first\n");
  });

  it('runs create again when its text changes, unless update is "true"', async () => {
    const program = (words: string, update: string) =>
      project.program(`new command.local.Command("text", { create: "echo ${words} >> log"${update} });`);
    program("one", "");
    await project.up();
    program("two", "");
    await project.up();
    program("three", ', update: "true"');
    await project.up();
    program("four", ', update: "true"');
    assert.equal((await project.up()).exitCode, 0);
    assert.equal(project.read("log"), "one\ntwo\n");
    assert.equal((await project.pulumi("preview", "--expect-no-changes")).exitCode, 0);
  });

  it("hands the last output to the next run, unless told not to", async () => {
    const program = (turn: string, more: string) =>
      project.program(`
        const a = new command.local.Command("a", {
          create: "echo ${turn} after \\\${PULUMI_COMMAND_STDOUT:-nothing}"${more},
        });
        export const said = a.stdout;`);
    program("first", "");
    await project.up();
    program("second", "");
    await project.up();
    assert.equal(await project.output("said"), "second after first after nothing");
    program("third", ", addPreviousOutputInEnv: false");
    await project.up();
    assert.equal(await project.output("said"), "third after nothing");
  });

  it("ends with the command's exit status, its text and its output, and keeps nothing in the state", async () => {
    project.program(`new command.local.Command("bad", { create: "echo out; echo \\"err\\" >&2; exit 7" });`);
    const { exitCode, all } = await project.up();
    assert.notEqual(exitCode, 0);
    assert.match(all, /error: exit status 7: running "echo out; echo \\"err\\" >&2; exit 7":/);
    assert.match(all, /\n\s+out\n\s+err\n/);
    const state = JSON.parse((await project.pulumi("stack", "export")).stdout) as {
      deployment: { resources?: { type: string }[]; pending_operations?: unknown[] };
    };
    assert.deepEqual(
      state.deployment.resources?.filter(({ type }) => type.startsWith("command:")),
      [],
    );
    assert.deepEqual(state.deployment.pending_operations ?? [], []);
  });

  it("stops destroying where a delete fails, and goes on when it no longer does", async () => {
    project.program(
      `new command.local.Command("stays", { create: "touch held", delete: "test ! -e held" });`,
    );
    await project.up();
    const refused = await project.pulumi("destroy", "--yes", "--skip-preview");
    assert.notEqual(refused.exitCode, 0);
    assert.match(refused.all, /exit status 1: running "test ! -e held":/);
    rmSync(project.file("held"));
    assert.equal((await project.pulumi("destroy", "--yes", "--skip-preview")).exitCode, 0);
  });

  it("runs nothing in a preview, where outputs are unknown", async () => {
    project.program(`
      const first = new command.local.Command("first", { create: "touch ran; echo word" });
      new command.local.Command("second", { create: pulumi.interpolate\`echo \${first.stdout}\`, environment: { WORD: first.stdout } });
      export const word = first.stdout;
      export const known = first.stdout.apply(() => { throw new Error("applied in a preview"); }) as pulumi.Output<string>;`);
    const preview = await project.pulumi("preview", "--diff");
    assert.equal(preview.exitCode, 0, preview.all);
    assert.match(preview.all, /WORD *: (\[unknown\]|output<string>)/);
    assert.match(preview.all, /word *: (\[unknown\]|output<string>)/);
    assert.throws(() => project.read("ran"));
  });
});
