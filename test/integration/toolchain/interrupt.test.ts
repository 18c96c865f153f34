import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { execa } from "execa";
import { repository } from "../../../toolchain/paths.ts";
import { ScratchProject } from "./scratch-project.ts";

const PATIENCE_MS = 60_000;

async function until(what: string, isSo: () => boolean): Promise<void> {
  const end = Date.now() + PATIENCE_MS;
  while (!isSo()) {
    assert.ok(Date.now() < end, `${what}: not within ${PATIENCE_MS / 1000} s`);
    await pause(100);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ");
  } catch {
    return false;
  }
}

describe("toolchain: Ctrl-C in the middle of a command", () => {
  let project: ScratchProject;
  beforeEach(async () => {
    project = await ScratchProject.make();
    project.program(`
      new command.local.Command("long", {
        create: "test -e quick && exit 0; echo $$ > pid; exec sleep 600",
      });`);
  });
  afterEach(() => project.remove());

  /** `npm run -s pulumi -- up`, in a process group of its own as a shell gives to a job. */
  function start() {
    return execa(
      "sh",
      [
        join(repository, "toolchain/run"),
        "commands/pulumi.ts",
        "up",
        "--yes",
        "--skip-preview",
        "--non-interactive",
        "--stack=dev",
      ],
      {
        cwd: project.directory,
        env: project.environment.variables,
        detached: true,
        cleanup: false,
        reject: false,
        all: true,
        stdin: "ignore",
      },
    );
  }

  async function checkAfterwards(run: PromiseLike<{ readonly exitCode?: number }>): Promise<void> {
    const sleeper = Number(project.read("pid"));
    const result = await Promise.race([run, pause(PATIENCE_MS).then(() => null)]);
    assert.ok(result !== null, "pulumi up is still running");
    assert.notEqual(result.exitCode, 0);
    await until("the command's end", () => !isAlive(sleeper));
    const state = JSON.parse((await project.pulumi("stack", "export")).stdout) as {
      deployment: { pending_operations?: unknown[] };
    };
    assert.deepEqual(state.deployment.pending_operations ?? [], []);
    writeFileSync(project.file("quick"), "");
    const again = await project.up();
    assert.equal(again.exitCode, 0, again.all);
    assert.match(again.all, /1 created|2 created/);
  }

  it("ends once, releases the lock, and the next up creates again", async () => {
    const run = start();
    await until("the command's start", () => existsSync(project.file("pid")));
    process.kill(run.pid as number, "SIGINT");
    await checkAfterwards(run);
  });

  it("takes the same interrupt by several ways for one", async () => {
    const run = start();
    await until("the command's start", () => existsSync(project.file("pid")));
    // As `timeout -s INT npm run …` does: to the group, and by npm to its child once more.
    process.kill(-(run.pid as number), "SIGINT");
    process.kill(run.pid as number, "SIGINT");
    await checkAfterwards(run);
  });

  it("takes Ctrl-C at a terminal, which npm passes on as well, for one", async () => {
    const words = `npm run -s --prefix '${repository}' pulumi -- -C '${project.directory}' up --yes --skip-preview --stack=dev`;
    const run = execa("script", ["-qec", words, "/dev/null"], {
      env: project.environment.variables,
      stdin: "pipe",
      reject: false,
      all: true,
    });
    await until("the command's start", () => existsSync(project.file("pid")));
    run.stdin.write("\u0003");
    await checkAfterwards(run);
  });

  it("passes the exit code of pulumi on, and works from another directory", async () => {
    const { exitCode, stdout } = await execa(
      "sh",
      [
        join(repository, "toolchain/run"),
        "commands/pulumi.ts",
        "preview",
        "--expect-no-changes",
        "--stack=dev",
      ],
      { cwd: project.file("stacks"), env: project.environment.variables, reject: false, stdin: "ignore" },
    );
    assert.equal(exitCode, 7, stdout);
  });
});
