/** Runner and repository by their real scripts, with the real restic. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { repository } from "../../../provider/resources/repository.ts";
import { runner } from "../../../provider/resources/runner.ts";
import { type Properties, secret } from "../../../pulumi-protocol/wire.ts";
import { ensureToolchain } from "../../../toolchain/ensure.ts";
import { toolBin } from "../../../toolchain/paths.ts";
import { startEngine } from "../../unit/provider/engine.ts";
import { LocalHost } from "./local-host.ts";

const REPOSITORY = "jeda:index:Repository";
const RUNNER = "jeda:index:Runner";
const WINDOW = "/var/lib/jeda/windows/night-1";
/** A process like the runner's, until the file is removed. */
const CARRIES_OUT =
  "sh -c 'touch /srv/carries-out; while [ -e /srv/carries-out ]; do sleep 0.2; done' /opt/jeda/runner.mjs run --window night-1";

describe("what is installed on the backup host", function () {
  this.timeout(300_000);
  let host: LocalHost;
  let engine: Awaited<ReturnType<typeof startEngine>>;

  before(() => ensureToolchain());
  beforeEach(async () => {
    host = new LocalHost(dirname(toolBin("restic")));
    await host.up();
    engine = await startEngine({ [REPOSITORY]: repository(host.run), [RUNNER]: runner(host) });
  });
  afterEach(async () => {
    engine.close();
    await host.down();
  });

  const differs = async (type: string, inputs: Properties, outputs: Properties = inputs) => {
    const live = await engine.read(type, "id", inputs, outputs);
    return { live, ...(await engine.diff(type, live.inputs, inputs)) };
  };

  describe("the repository", () => {
    const declared = (password = "first") => ({
      ssh: "backup",
      path: "/srv/jeda/repository",
      password: secret(password),
    });
    const created = async () => {
      const { inputs } = await engine.check(REPOSITORY, declared());
      return { inputs, outputs: (await engine.create(REPOSITORY, inputs)).outputs };
    };

    it("is made once, and taken over as it is the next time", async () => {
      const { inputs, outputs } = await created();
      assert.match(String(outputs.repositoryId), /^[0-9a-f]{64}$/);
      assert.equal((await engine.create(REPOSITORY, inputs)).outputs.repositoryId, outputs.repositoryId);
      assert.equal((await differs(REPOSITORY, inputs, outputs)).changes, false);
    });

    it("is refused with a wrong password, already in the preview", async () => {
      const { inputs } = await created();
      const wrong = (await engine.check(REPOSITORY, declared("second"))).inputs;
      await assert.rejects(
        engine.update(REPOSITORY, inputs, wrong, true),
        /does not open with this password/,
      );
      await assert.rejects(engine.create(REPOSITORY, wrong), /does not open with this password/);
    });

    it("is never made anew in the place of one that is gone or another", async () => {
      const { inputs, outputs } = await created();
      await host.sh("mv /srv/jeda/repository /srv/jeda/elsewhere");
      const { live, paths } = await differs(REPOSITORY, inputs, outputs);
      assert.deepEqual(paths, { found: "UPDATE" });
      await assert.rejects(
        engine.update(REPOSITORY, live.inputs, inputs),
        /is missing[\s\S]*Is its disk mounted\?/,
      );
      assert.equal(await host.sh("ls /srv/jeda"), "elsewhere\n");
    });

    it("that was root's is given to its user, and what is wrong with it is told", async () => {
      const { inputs, outputs } = await created();
      await host.sh("chown -R 0:0 /srv/jeda/repository; chmod -R u=rwX,go=rX /srv/jeda/repository");
      await host.sh("mkdir -p /opt/jeda; echo 'exec rest-server --no-auth' >/opt/jeda/serve-repository.sh");
      const { live, paths } = await differs(REPOSITORY, inputs, outputs);
      assert.deepEqual(paths, { found: "UPDATE" });
      assert.match(
        String(live.inputs.found),
        /^not jeda-repository's alone: mode 2755, owner root of \/srv\/jeda\/repository; .*to be served without --append-only by \/opt\/jeda\/serve-repository\.sh$/,
      );
      await host.sh("rm /opt/jeda/serve-repository.sh");
      await engine.update(REPOSITORY, { ...outputs, ...live.inputs }, inputs);
      assert.equal((await differs(REPOSITORY, inputs, outputs)).changes, false);
      const foreign = await host.sh("find /srv/jeda/repository ! -user jeda-repository -o -perm /007");
      assert.equal(foreign, "");
    });

    it("is told whole where several things are wrong with it, and where it does not open at all", async () => {
      const { inputs, outputs } = await created();
      await host.sh(`cd /srv/jeda/repository
        chgrp games /srv/jeda; chmod 770 /srv/jeda
        printf damaged >config
        mv index /srv/jeda/index; ln -s /srv/jeda/index index
        printf x >keys/${"7".repeat(64)}; chown jeda-repository: keys/*; chmod 400 keys/*`);
      const { live } = await differs(REPOSITORY, inputs, outputs);
      for (const part of [
        /^not to be opened: .*; opened by other keys than it was applied with: .*77777777/,
        /; in reach of others: mode 770, owner root of \/srv\/jeda/,
        /; led elsewhere: \/srv\/jeda\/repository\/index is a symbolic link to \/srv\/jeda\/index/,
      ]) {
        assert.match(String(live.inputs.found), part);
      }
      // The preview of all the rest goes on.
      await engine.update(REPOSITORY, inputs, inputs, true);
      await assert.rejects(engine.update(REPOSITORY, live.inputs, inputs), /is not to be opened/);
      await host.sh("chgrp root /srv/jeda; chmod 755 /srv/jeda");
    });

    it("is not made where something else lies", async () => {
      await host.sh("mkdir -p /srv/jeda/repository; touch /srv/jeda/repository/letter");
      const { inputs } = await engine.check(REPOSITORY, declared());
      await assert.rejects(engine.create(REPOSITORY, inputs), /is not empty and is no restic repository/);
    });

    it("outlives its resource", async () => {
      const { inputs, outputs } = await created();
      await engine.delete(REPOSITORY, inputs);
      assert.equal((await differs(REPOSITORY, inputs, outputs)).changes, false);
    });
  });

  describe("the runner", () => {
    const CREDENTIALS = '{"repository":{"password":"first"}}';
    const created = async () => {
      const declared = { ssh: "backup", runbook: '{"name":"night"}', credentials: secret(CREDENTIALS) };
      const { inputs, failures } = await engine.check(RUNNER, declared);
      assert.deepEqual(failures, []);
      await engine.create(RUNNER, inputs);
      return inputs;
    };

    it("is installed and runs there", async () => {
      const inputs = await created();
      assert.match(await host.sh("/opt/jeda/jeda-runner version"), /^\{"version":"[0-9a-f]{12}"\}\n$/);
      assert.equal(
        await host.sh("stat -c %a /etc/jeda/credentials.json; cat /etc/jeda/credentials.json"),
        `600\n${CREDENTIALS}`,
      );
      assert.equal((await differs(RUNNER, inputs)).changes, false);
    });

    it("comes with the programs that the host lacks, and leaves those that it has", async () => {
      await host.sh("echo '#!/bin/sh' >/usr/local/bin/restic; chmod 755 /usr/local/bin/restic");
      host.forgetPath();
      await created();
      assert.equal(await host.sh("cat /usr/local/bin/restic"), "#!/bin/sh\n");
      assert.match(await host.sh("/usr/local/bin/rest-server --version"), /rest-server 0\./);
      assert.equal(await host.sh("id -un jeda-repository"), "jeda-repository\n");
    });

    it("shows each file that somebody touched by its name, and mends only that", async () => {
      const inputs = await created();
      await host.sh(
        "echo '#' >>/opt/jeda/runner.mjs; rm /opt/jeda/runbook; chmod 644 /etc/jeda/credentials.json",
      );
      const { live, paths } = await differs(RUNNER, inputs);
      assert.deepEqual(paths, {
        'files["runner.mjs"]': "UPDATE",
        "files.runbook": "ADD",
        installedCredentials: "UPDATE",
      });
      const before = await host.sh("stat -c %Y.%i /opt/jeda/node");
      await engine.update(RUNNER, live.inputs, inputs);
      assert.equal((await differs(RUNNER, inputs)).changes, false);
      assert.equal(await host.sh("stat -c %Y.%i /opt/jeda/node"), before);
    });

    it("notices credentials that were changed on the host, without their value leaving it", async () => {
      const inputs = await created();
      await host.sh("echo '{}' >/etc/jeda/credentials.json");
      const { live, paths } = await differs(RUNNER, inputs);
      assert.deepEqual(paths, { installedCredentials: "UPDATE" });
      assert.deepEqual(live.inputs.credentials, inputs.credentials);
    });

    it("is not removed before its window has ended, and leaves the journals", async () => {
      const inputs = await created();
      await host.sh(`mkdir -p ${WINDOW}; echo '{"type":"armed"}' >${WINDOW}/journal.jsonl`);
      await assert.rejects(
        engine.delete(RUNNER, inputs),
        /a window is running on the backup host \(night-1\)/,
      );
      await host.sh(`echo '{"type":"ended","result":"ok"}' >>${WINDOW}/journal.jsonl`);
      await engine.delete(RUNNER, inputs);
      const left = await host.sh(
        "ls -d /opt/jeda /etc/jeda/credentials.json /var/lib/jeda/windows/* 2>/dev/null || true",
      );
      assert.equal(left, `${WINDOW}\n`);
    });

    it("is mended although its window died, but not while a process carries one out", async () => {
      const inputs = await created();
      await host.sh(
        `mkdir -p ${WINDOW}; echo '{"type":"armed"}' >${WINDOW}/journal.jsonl; rm /opt/jeda/runbook`,
      );
      const { live } = await differs(RUNNER, inputs);
      const running = host.sh(CARRIES_OUT);
      await new Promise((resolve) => setTimeout(resolve, 500));
      await assert.rejects(
        engine.update(RUNNER, live.inputs, inputs),
        /a window is running on the backup host \(night-1\)/,
      );
      await host.sh("rm /srv/carries-out");
      await running;
      await engine.update(RUNNER, live.inputs, inputs);
      // The journal of this test is none that could be believed.
      assert.deepEqual((await differs(RUNNER, inputs)).paths, { 'found["window night-1:"]': "DELETE" });
    });

    it("is changed while a window waits for its night, but not a quarter of an hour before it", async () => {
      const inputs = await created();
      const waiting = (start: number) =>
        `mkdir -p ${WINDOW}; echo '{"type":"armed","deadlines":{"start":${start},"startCutoff":1}}' >${WINDOW}/journal.jsonl; rm -f /opt/jeda/runbook`;
      const process = () => host.sh(`exec ${CARRIES_OUT}`).catch(() => "killed");
      await host.sh(waiting(Date.now() + 600_000));
      const soon = process();
      await new Promise((resolve) => setTimeout(resolve, 500));
      const { live } = await differs(RUNNER, inputs);
      await assert.rejects(engine.update(RUNNER, live.inputs, inputs), /a window is running/);
      await host.sh("rm /srv/carries-out");
      await soon;
      await host.sh(waiting(Date.now() + 3_600_000));
      const late = process();
      await new Promise((resolve) => setTimeout(resolve, 500));
      await engine.update(RUNNER, live.inputs, inputs);
      assert.deepEqual((await differs(RUNNER, inputs)).paths, { 'found["window night-1:"]': "DELETE" });
      // It would have gone on with the files that were replaced.
      assert.equal(await late, "killed");
    });
  });

  describe("the read-only key", () => {
    const CREDENTIALS = '{"repository":{"password":"first"}}';
    const PATH = "/srv/jeda/repository";
    /** As sshd runs the forced command. */
    const ask = (words: string, stdin = "") =>
      host.run("", ["env", `SSH_ORIGINAL_COMMAND=${words}`, "/opt/jeda/backup-read"], { stdin });
    const installed = async () => {
      await host.sh('ln -s "$(command -v restic)" /usr/local/bin/restic');
      const declared = { ssh: "backup", runbook: '{"name":"night"}', credentials: secret(CREDENTIALS) };
      await engine.create(RUNNER, (await engine.check(RUNNER, declared)).inputs);
      const kept = { ssh: "backup", path: PATH, password: secret("first") };
      await engine.create(REPOSITORY, (await engine.check(REPOSITORY, kept)).inputs);
    };
    const everything = () =>
      host.sh(
        "find /opt /etc/jeda /srv /var/lib/jeda -printf '%p %m %u %s %T@\n' 2>/dev/null | sort | sha256sum",
      );

    it("tells what a preview needs and shows no secret", async () => {
      await installed();
      const asked = [
        await ask("installed", `salt\n${"0".repeat(64)}\n`),
        await ask(`repository ${PATH}`, "first\n"),
        await ask(`repository ${PATH}`, "second\n"),
        await ask("windows"),
        await ask("status"),
        await ask("running"),
      ];
      for (const { stdout, stderr, exitCode } of asked) {
        assert.equal(exitCode, 0, stderr);
        assert.equal(stdout.trim().split("\n").length, 1);
        assert.doesNotMatch(stdout + stderr, /first|BEGIN|chunker/);
        JSON.parse(stdout);
      }
      assert.match(asked[0]?.stdout ?? "", /credentials other 600:0:0/);
      assert.match(asked[1]?.stdout ?? "", /present [0-9a-f]{64}/);
      assert.match(asked[2]?.stdout ?? "", /"text":"closed/);
    });

    it("changes nothing, whatever it is asked", async () => {
      await installed();
      const before = await everything();
      const words = [
        "",
        "sh",
        "apply 1000",
        "host apply 1000",
        "install 0",
        "persist",
        "repository /srv/jeda/repository --init",
        "repository rclone:x",
        "repository sftp:root@x:/y",
        "repository /srv/../etc",
        "repository --help",
        "status --window",
        "report ../../etc/jeda/credentials.json",
        "arm",
        "mend",
        "key",
        "cat /etc/jeda/credentials.json",
        "running; cat /etc/jeda/credentials.json",
        "running $(cat /etc/jeda/credentials.json)",
        "running\ncat /etc/jeda/credentials.json",
      ];
      for (const one of words) {
        const { stdout, stderr, exitCode } = await ask(one);
        assert.notEqual(exitCode, 0, `${one}: ${stdout}`);
        assert.doesNotMatch(stdout + stderr, /first|BEGIN/, one);
      }
      for (const one of ["installed", "windows", "status", "running", `repository ${PATH}`])
        await ask(one, "first\n");
      assert.equal(await everything(), before);
    });
  });
});
