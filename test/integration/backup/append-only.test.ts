/** The real server and restic: everything that a window does works over it, and nothing can be deleted by it. */
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type RepositoryServer, serveRepository } from "../../../src/backup/restic/repository-server.ts";
import { check, dump, listSnapshot, openRepository } from "../../../src/backup/restic/restic.ts";
import { backup } from "../../../src/backup/restic/restic-backup.ts";
import { call } from "../../../src/backup/restic/restic-call.ts";
import { run, start } from "../../../src/backup/tools/command.ts";
import type { BackupContext } from "../../../src/model/driver.ts";
import { ensureToolchain } from "../../../toolchain/ensure.ts";
import { toolBin } from "../../../toolchain/paths.ts";
import { processesNaming } from "./aftermath.ts";

const labels = { windowId: "night", source: "office", host: "files" };

describe("a repository that is served append-only", () => {
  const formerPath = process.env.PATH;
  let directory: string;
  let path: string;
  let passwordFile: string;
  let server: RepositoryServer;

  before(async () => {
    await ensureToolchain();
    directory = mkdtempSync(join(tmpdir(), "jeda-served-"));
    // The way to the repository is closed to the server's user, and what jeda is installed in is not.
    chmodSync(directory, 0o711);
    mkdirSync(join(directory, "bin"));
    mkdirSync(join(directory, "closed"), { mode: 0o700 });
    path = join(directory, "closed/repository");
    copyFileSync(toolBin("rest-server"), join(directory, "bin/rest-server"));
    process.env.PATH = `${join(directory, "bin")}:${dirname(toolBin("restic"))}:${formerPath}`;
    passwordFile = join(directory, "password");
    writeFileSync(passwordFile, "first\n", { mode: 0o600 });
    mkdirSync(join(directory, "office"));
    writeFileSync(join(directory, "office/letter"), "Yth. ".repeat(2_000));
    locally("init");
  });
  beforeEach(() => {
    server = serve("runtime");
  });
  afterEach(() => server.close());
  after(() => {
    process.env.PATH = formerPath;
    rmSync(directory, { recursive: true, force: true });
  });

  const serve = (runtime: string): RepositoryServer =>
    serveRepository({ path, runtimeDir: join(directory, runtime), log: () => {}, user: "nobody" });
  /** As root on the host, past the server. */
  const locally = (...words: string[]): string =>
    execFileSync("restic", ["--repo", path, "--password-file", passwordFile, "--no-cache", ...words], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
  const open = () => {
    const context: BackupContext = {
      windowId: "night",
      repository: { path, credentials: "repository" },
      reach: () => server.reach(),
      credentials: { repository: { password: "first" } },
      runtimeDir: directory,
      signal: new AbortController().signal,
      log: () => {},
    };
    return openRepository(context);
  };
  const save = async (): Promise<string> => {
    writeFileSync(join(directory, "office/memo"), `${Math.random()}`);
    const end = await backup(await open(), labels, { args: [join(directory, "office")] });
    assert.equal(end.failure, null);
    return end.summary?.snapshot ?? assert.fail("no snapshot");
  };
  const snapshots = (): readonly { id: string }[] => JSON.parse(locally("snapshots", "--json"));
  /** The server itself, not the tools before it. */
  const pids = (): readonly number[] =>
    readdirSync("/proc")
      .filter((entry) => /^\d+$/.test(entry))
      .filter((pid) => readExe(pid) === join(directory, "bin/rest-server"))
      .map(Number);

  const readlinksTo = (file: string): readonly string[] =>
    readdirSync("/proc").filter((entry) => /^\d+$/.test(entry) && readExe(entry) === file);

  it("is saved to, listed, checked, dumped and restored over it", async () => {
    const id = await save();
    const restic = await open();
    assert.equal((await listSnapshot(restic, id)).files.size, 2);
    await check(restic, 100);
    const file = join(directory, "office/letter");
    const { stream, ended } = dump(restic, id, file);
    assert.equal(Buffer.concat(await stream.toArray()).toString(), readFileSync(file, "utf8"));
    assert.equal(await ended, null);
    const target = join(directory, "restored");
    await call(restic, "Restoring a file", [
      "restore",
      "--no-lock",
      id,
      "--target",
      target,
      "--include",
      file,
    ]);
    assert.equal(readFileSync(join(target, file), "utf8"), readFileSync(file, "utf8"));
  });

  it("is not saved to when whoever serves it would delete: a rest-server in front that drops --append-only", async () => {
    const name = join(directory, "bin/rest-server");
    const real = join(directory, "bin/kept");
    renameSync(name, real);
    const words = 'for word; do shift; [ "$word" = --append-only ] || set -- "$@" "$word"; done';
    writeFileSync(name, `#!/bin/sh\n${words}\nexec ${real} "$@"\n`, { mode: 0o755 });
    try {
      const before = snapshots().length;
      await assert.rejects(
        save(),
        /is not served append-only: a deletion was answered with 2\d\d instead of 403/,
      );
      assert.equal(snapshots().length, before);
      assert.deepEqual(readlinksTo(real), []);
    } finally {
      renameSync(real, name);
    }
    await save();
  });

  it("gives nothing up: forget, prune, tags, keys and deleting by hand are refused", async () => {
    const id = await save();
    const { base } = await open();
    const { url } = await server.reach();
    const socket = url.replace(/^rest:http\+unix:\/\/|:\/$/g, "");
    const before = snapshots();
    const sound = locally("list", "packs");
    const [key = ""] = readdirSync(join(path, "keys"));
    for (const words of [
      ["forget", id],
      ["forget", "--keep-last", "1", "--prune"],
      ["key", "remove", key],
    ]) {
      const { exitCode } = await run({ file: "restic", args: [...base, ...words] });
      assert.notEqual(exitCode, 0, words.join(" "));
    }
    // It writes another snapshot, and ends with 0 although the one that it replaces stays.
    await run({ file: "restic", args: [...base, "tag", "--set", "mine", id] });
    for (const target of [`/snapshots/${before[0]?.id}`, `/keys/${key}`, "/config"]) {
      assert.equal(await asked(socket, "DELETE", target), 403, target);
      assert.equal(await asked(socket, "POST", target), 403, target);
    }
    const after = snapshots().map((one) => one.id);
    assert.deepEqual(
      before.filter((one) => !after.includes(one.id)),
      [],
    );
    for (const pack of sound.split("\n")) assert.ok(locally("list", "packs").includes(pack), pack);
    locally("check", "--read-data");
  });

  it("is its user's alone, whatever root made of it, and pruned by root on the host", async () => {
    await save();
    const id = await save();
    await server.close();
    locally("forget", "--keep-last", "1", "--group-by", "", "--prune");
    execFileSync("chown", ["-R", "0:0", join(path, "data")]);
    chmodSync(path, 0o777);
    server = serve("runtime");
    await check(await open(), 100);
    assert.deepEqual(
      snapshots().map((one) => one.id),
      [id],
    );
    const { uid } = statSync(join(path, "data"));
    assert.notEqual(uid, 0);
    for (const entry of readdirSync(path, { recursive: true }) as string[]) {
      assert.equal(statSync(join(path, entry)).uid, uid, entry);
    }
    assert.equal(statSync(path).mode & 0o7777, 0o2700);
    assert.equal(statSync(join(directory, "closed")).uid, 0);
  });

  it("is closed to everybody but root and its own user", async () => {
    const { url } = await server.reach();
    const socket = url.replace(/^rest:http\+unix:\/\/|:\/$/g, "");
    const as = ["setpriv", "--reuid=daemon", "--regid=daemon", "--clear-groups", "--"];
    const knock = { file: "nc", args: ["-z", "-U", socket] };
    assert.notEqual((await run({ ...knock, within: as })).exitCode, 0);
    assert.equal((await run(knock)).exitCode, 0);
    const [pid] = pids();
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    assert.match(status, /^CapEff:\s+0+$/m);
    assert.match(status, /^NoNewPrivs:\s+1$/m);
    assert.match(status, /^Groups:\s*$/m);
  });

  it("is saved to although its server is killed in the middle", async () => {
    writeFileSync(join(directory, "office/scan"), Buffer.alloc(3_000_000, "scan"));
    const restic = await open();
    const saving = backup(restic, labels, {
      args: [join(directory, "office")],
      bytesPerSecond: 10_000_000,
    });
    const [pid] = pids();
    process.kill(pid ?? assert.fail("no server"), "SIGKILL");
    const { failure } = await saving;
    assert.equal(failure, null);
    assert.notEqual(pids()[0], pid);
    assert.equal(pids().length, 1);
  });

  it("says so when its server dies again and again, and lets go of restic", async () => {
    const restic = await open();
    const killing = setInterval(() => {
      for (const pid of pids()) process.kill(pid, "SIGKILL");
    }, 10);
    try {
      const { failure } = await backup(restic, labels, { args: [join(directory, "office")] });
      assert.match(failure?.message ?? "saved", /could not be served/);
      assert.equal(failure?.code, "BACKUP");
      await assert.rejects(server.reach(), { code: "BACKUP", message: /could not be served/ });
    } finally {
      clearInterval(killing);
    }
  });

  it("stays what it was to a restic that meets root's lock, a wrong password, or no repository", async () => {
    const held = start({
      file: "restic",
      args: ["--repo", path, "--password-file", passwordFile, "--no-cache", "check", "--read-data"],
    });
    held.stdin.end();
    held.stdout.resume();
    await eventually(() => readdirSync(join(path, "locks")).length > 0);
    process.kill(held.pid ?? 0, "SIGSTOP");
    const locked = await backup(await open(), labels, { args: [join(directory, "office")] });
    held.kill("SIGKILL");
    await held.ended;
    assert.equal(locked.failure?.code, "LOCKED");
    // It is stale now, and taken away over the server.
    await save();

    const wrong = { repository: { password: "second" } };
    const context = (change: Partial<BackupContext>): BackupContext => ({
      windowId: "night",
      repository: { path, credentials: "repository" },
      reach: () => server.reach(),
      credentials: wrong,
      runtimeDir: mkdtempSync(join(directory, "runtime-")),
      signal: new AbortController().signal,
      log: () => {},
      ...change,
    });
    await assert.rejects(openRepository(context({})), { code: "CREDENTIALS", message: /is wrong/ });
    for (const there of [true, false]) {
      const nowhere = join(directory, `nowhere-${there}`);
      if (there) mkdirSync(nowhere);
      const other = serveRepository({ path: nowhere, runtimeDir: nowhere, log: () => {}, user: "nobody" });
      const none = { code: "BACKUP", message: /there is no restic repository at/ };
      await assert.rejects(openRepository(context({ reach: () => other.reach() })), none);
      await other.close();
    }
  });

  it("ends with the runner that was killed, and the next one is not in its way", async () => {
    const program = `
      const { serveRepository } = await import(${JSON.stringify(join(import.meta.dirname, "../../../src/backup/restic/repository-server.ts"))});
      await serveRepository({ path: ${JSON.stringify(path)}, runtimeDir: ${JSON.stringify(join(directory, "runtime"))}, log() {}, user: "nobody" }).reach();
      console.log("served");
      setInterval(() => {}, 1_000);`;
    const runner = spawn(process.execPath, ["--input-type=module", "-e", program], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const gone = new Promise((resolve) => runner.once("exit", resolve));
    await new Promise((resolve) => runner.stdout.once("data", resolve));
    assert.equal(pids().length, 1);
    runner.kill("SIGKILL");
    await gone;
    await eventually(() => pids().length === 0);
    await save();
    await server.close();
    // This repository's alone: other test files and labs have servers of their own on this machine.
    assert.deepEqual(pids(), []);
    assert.deepEqual(processesNaming(directory), []);
  });

  it("is not opened at all without its user or the program", async () => {
    const without = serveRepository({ path, runtimeDir: directory, log: () => {}, user: "no-such-user" });
    await assert.rejects(without.reach(), {
      code: "PREREQUISITE",
      message: /the user no-such-user is missing/,
    });
  });
});

/** The status that the server answers with. */
function asked(socketPath: string, method: string, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request({ socketPath, method, path }, (answer) => resolve(answer.resume().statusCode))
      .on("error", reject)
      .end(method === "POST" ? "x" : undefined);
  });
}

function readExe(pid: string): string {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    return "";
  }
}

async function eventually(holds: () => boolean): Promise<void> {
  for (let attempt = 0; attempt < 400; attempt++) {
    if (holds()) return;
    await sleep(25);
  }
  assert.fail("it did not come");
}
