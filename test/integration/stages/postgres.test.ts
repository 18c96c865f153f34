/** A shared self-managed state: PostgreSQL, two operators at once, and what to do after a killed CLI (docs/state.md). */
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { ScratchProject } from "../toolchain/scratch-project.ts";

const VERSIONS = "/usr/lib/postgresql";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : assert.fail();
}

describe("a state shared through PostgreSQL", function () {
  this.timeout(240_000);
  const folder = mkdtempSync(join(tmpdir(), "jeda-postgres-"));
  const programs = join(
    VERSIONS,
    (existsSync(VERSIONS) ? readdirSync(VERSIONS) : []).sort().at(-1) ?? "",
    "bin",
  );
  let server: ({ kill(signal: "SIGINT"): boolean } & PromiseLike<unknown>) | undefined;
  let project: ScratchProject;
  let environment: Record<string, string>;

  const asPostgres = (...words: string[]) => [
    "setpriv",
    "--reuid=postgres",
    "--regid=postgres",
    "--clear-groups",
    ...words,
  ];

  function start(words: readonly string[], name = "operator-1") {
    return execa(project.environment.pulumi, [...words, "--stack", "shared", "--non-interactive"], {
      cwd: project.directory,
      env: { ...environment, USER: name },
      all: true,
      reject: false,
      stdin: "ignore",
      timeout: 100_000,
      // A group of its own: whoever kills the CLI kills no plugin with it.
      detached: true,
    });
  }
  const pulumi = async (...words: string[]) => await start(words);

  before(async () => {
    chmodSync(folder, 0o755);
    const data = join(folder, "data");
    const password = join(folder, "password");
    writeFileSync(password, "made-up\n");
    await execa("chown", ["postgres:postgres", folder, password]);
    const [initdb = "", ...init] = asPostgres(
      join(programs, "initdb"),
      "-D",
      data,
      "-A",
      "scram-sha-256",
      "--pwfile",
      password,
      "--no-sync",
      "-U",
      "jeda",
    );
    await execa(initdb, init, { cwd: folder });
    const port = await freePort();
    const options = ["-p", `${port}`, "-h", "127.0.0.1", "-k", folder, "-c", "fsync=off"];
    const [file = "", ...rest] = asPostgres(join(programs, "postgres"), "-D", data, ...options);
    server = execa(file, rest, {
      cwd: folder,
      reject: false,
      stdin: "ignore",
      stdout: "ignore",
      stderr: "ignore",
    });
    const ready = async () =>
      (await execa(join(programs, "pg_isready"), ["-h", "127.0.0.1", "-p", `${port}`], { reject: false }))
        .exitCode === 0;
    for (let tries = 0; tries < 100 && !(await ready()); tries++) await sleep(100);
    project = await ScratchProject.make();
    environment = {
      ...project.environment.variables,
      PULUMI_BACKEND_URL: `postgres://jeda:made-up@127.0.0.1:${port}/postgres?sslmode=disable`,
      PULUMI_CONFIG_PASSPHRASE: "shared",
    };
    project.program(`
const slow = new command.local.Command("slow", { create: "exec sleep \${SECONDS_OF_WORK:-0}", update: "true" });
export const done = slow.id.apply(() => "yes");
`);
    const made = await execa(project.environment.pulumi, ["stack", "init", "shared", "--no-select"], {
      cwd: project.directory,
      env: environment,
      reject: false,
      all: true,
    });
    assert.equal(made.exitCode, 0, made.all);
  });
  after(async () => {
    server?.kill("SIGINT");
    await server;
    project?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const up = ["up", "--yes", "--skip-preview"];

  it("lets one operator apply, and tells the second who holds the lock", async () => {
    environment.SECONDS_OF_WORK = "60";
    const first = start(up);
    let second = await pulumi("preview");
    for (let tries = 0; tries < 30; tries++) {
      second = await start(up, "operator-2");
      if (/currently locked/.test(second.all ?? "")) break;
      assert.notEqual(second.exitCode, 0, "both applied");
    }
    assert.match(second.all ?? "", /currently locked by 1 lock/);
    assert.match(second.all ?? "", /created by .*pid/);
    assert.equal((await pulumi("preview")).exitCode, 0, "looking is free");

    // The worst end: no chance to unlock, nor to write down what was begun.
    first.kill("SIGKILL");
    await first;
  });

  it("recovers from that killed command line by the three documented commands", async () => {
    environment.SECONDS_OF_WORK = "0";
    const still = await pulumi(...up);
    assert.notEqual(still.exitCode, 0);
    assert.match(still.all ?? "", /pulumi cancel/);
    const cancelled = await pulumi("cancel", "--yes");
    assert.equal(cancelled.exitCode, 0, cancelled.all);
    const refreshed = await pulumi("refresh", "--yes", "--skip-preview", "--clear-pending-creates");
    assert.equal(refreshed.exitCode, 0, refreshed.all);
    const done = await pulumi(...up);
    assert.equal(done.exitCode, 0, done.all);
    assert.equal((await pulumi("preview", "--expect-no-changes")).exitCode, 0);
  });

  it("runs the plan that was reviewed, and refuses one that has become another", async () => {
    const plan = join(project.directory, "plan.json");
    const change = (text: string) =>
      project.program(
        `new command.local.Command("other", { create: "echo ${"$"}{WORD}", environment: { WORD: "${text}" }, update: "true" });\n`,
      );
    change("reviewed");
    const saved = await pulumi("preview", "--save-plan", plan);
    assert.equal(saved.exitCode, 0, saved.all);
    change("slipped in");
    const refused = await pulumi(...up, "--plan", plan);
    assert.notEqual(refused.exitCode, 0, refused.all);
    change("reviewed");
    const applied = await pulumi(...up, "--plan", plan);
    assert.equal(applied.exitCode, 0, applied.all);
  });
});
