import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { cheapSsh } from "../../../lab/access/ssh-access.ts";
import { makeTransition } from "../../../src/firewall/change/transition.ts";
import { edgeScriptText } from "../../../src/firewall/edge/edge-script.ts";
import { compilePolicyTable } from "../../../src/firewall/tables/policy-table.ts";
import { renderTable } from "../../../src/firewall/tables/table.ts";
import { compileWindowTable } from "../../../src/firewall/tables/window-table.ts";
import { installEdgeScript, scriptSha256, sshEdge } from "../../../src/host/edge-client.ts";
import { hostFirewall } from "../../../src/host/host-firewall.ts";
import { closeAllSsh, runSsh } from "../../../src/host/ssh.ts";
import { JedaError } from "../../../src/model/errors.ts";
import { sshProber } from "../../../src/probe/ssh-prober.ts";
import { edge, hospital } from "./hospital.ts";
import { isolation } from "./local-edge.ts";
import { Network } from "./network.ts";

const run = promisify(execFile);
const plain = async (result: ReturnType<typeof runSsh>): Promise<readonly unknown[]> => {
  const { stdout, stderr, exitCode } = await result;
  return [stdout, stderr, exitCode];
};
const roles = ["read", "window", "policy"] as const;

/**
 * A real sshd on the edge with the three forced commands. The client's ssh enters the namespace of `ops` by its
 * ProxyCommand; sshd has a mount namespace of its own, with its own /run/jeda and /etc/jeda.
 */
describe("an edge by SSH", () => {
  const network = new Network();
  let directory = "";
  const config = process.env.JEDA_SSH_CONFIG;

  before(async () => {
    await network.up();
    directory = await mkdtemp(join(tmpdir(), "jeda-ssh-"));
    await mkdir(join(directory, "lib"));
    await mkdir(join(directory, "etc"));
    await writeFile(join(directory, "lib/edge"), edgeScriptText());
    await chmod(join(directory, "lib/edge"), 0o755);
    for (const name of ["host", "other", "spare", "shell", "jump", ...roles]) {
      await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(directory, name)]);
    }
    const key = (name: string) => readFile(join(directory, `${name}.pub`), "utf8");
    const authorized = await Promise.all(
      roles.map(async (role) => `restrict,command="${directory}/lib/edge ${role}" ${await key(role)}`),
    );
    await writeFile(
      join(directory, "authorized_keys"),
      authorized.join("") + (await key("shell")) + (await key("jump")),
    );
    await writeFile(
      join(directory, "sshd_config"),
      `ListenAddress 10.40.0.1:2222
HostKey ${directory}/host
HostKey ${directory}/spare
Banner ${directory}/banner
AuthorizedKeysFile ${directory}/authorized_keys
StrictModes no
UsePAM no
PidFile ${directory}/sshd.pid
PermitRootLogin yes
`,
    );
    await writeFile(join(directory, "banner"), "Authorized use only: Permission denied (to others)\n");
    const hostKey = (await key("host")).split(" ").slice(0, 2).join(" ");
    const otherKey = (await key("other")).split(" ").slice(0, 2).join(" ");
    await writeFile(join(directory, "known_hosts"), `edge ${hostKey}\nchanged ${otherKey}\n`);
    const proxy = [...network.on("ops"), "nc", "10.40.0.1", "2222"].join(" ");
    const alias = (name: string, identity: string, hostAlias = "edge", through = proxy) =>
      `Host ${name}\n  User root\n  HostName edge\n  HostKeyAlias ${hostAlias}\n  IdentityFile ${directory}/${identity}\n  ProxyCommand ${through}\n`;
    await writeFile(
      join(directory, "ssh_config"),
      [
        ...roles.map((role) => alias(`edge-${role}`, role)),
        alias("shell", "shell"),
        alias("denied", "other"),
        alias("changed", "read", "changed"),
        alias("unknown", "read", "unknown"),
        alias("jump", "jump"),
        `Host through\n  User root\n  HostName 10.40.0.1\n  Port 2222\n  HostKeyAlias edge\n  IdentityFile ${directory}/shell\n  ProxyJump jump\n`,
        alias("gone", "read", "edge", `${network.on("ops").join(" ")} nc -w 2 10.40.0.1 2223`),
        `Host *\n  UpdateHostKeys yes\n  CheckHostIP yes\n  RemoteCommand uptime\n  RequestTTY force\n  PermitLocalCommand yes\n  LocalCommand echo LOCAL\n  VisualHostKey yes\n  LogLevel VERBOSE\n  LocalForward 2222 127.0.0.1:2222\n  UserKnownHostsFile ${directory}/known_hosts\n  GlobalKnownHostsFile /dev/null\n  IdentitiesOnly yes\n  IdentityAgent none\n${cheapSsh.join("\n")}\n`,
      ].join(""),
    );
    // An overlay's upper directory can't lie on an overlay, hence the tmpfs in the namespace of its own.
    process.env.JEDA_SSH_CONFIG = join(directory, "ssh_config");
    network.start("edge", [
      ...["unshare", "--mount", "--propagation", "private", "sh", "-ec"],
      `mount -t tmpfs none /run
       mkdir /run/sshd
       mount -t tmpfs none /usr/local/lib
       mount -t tmpfs none /root
       mount -t tmpfs none "$1"
       mkdir "$1/upper" "$1/work"
       mount -t overlay -o "lowerdir=/etc,upperdir=$1/upper,workdir=$1/work" none /etc
       exec /usr/sbin/sshd -D -f "${directory}/sshd_config"`,
      ...["sh", join(directory, "etc")],
    ]);
    for (let tries = 0; tries < 100; tries++) {
      if ((await network.sh("edge", "ss -Hltn 'sport = :2222'")).trim() !== "") return;
      await sleep(50);
    }
    assert.fail("sshd does not listen");
  });
  after(async () => {
    await closeAllSsh();
    await network.down();
    await rm(directory, { recursive: true, force: true });
    if (config === undefined) delete process.env.JEDA_SSH_CONFIG;
    else process.env.JEDA_SSH_CONFIG = config;
  });

  const wanted = {
    jeda: renderTable(compilePolicyTable(hospital, edge)),
    jeda_window: renderTable(compileWindowTable(hospital, edge)),
  };
  const code = (expected: string) => (error: unknown) => {
    assert.ok(error instanceof JedaError, String(error));
    assert.equal(error.code, expected, error.message);
    assert.ok(error.hint);
    return true;
  };

  it("applies, confirms over a new connection, leases and releases with the key of each", async () => {
    const policy = sshEdge(edge, "policy");
    const window = sshEdge(edge, "window");
    const read = sshEdge(edge, "read");
    const listing = await read.list(wanted);
    assert.deepEqual(listing.tables, { jeda: null, jeda_window: null });
    const change = makeTransition(listing.tables, listing.wanted);
    assert.ok(change);
    await policy.apply(change, 30_000);
    // The shared connection is the one that applied: the edge itself does not take its word.
    const same = await runSsh(edge.ssh.policy, ["confirm"], { forced: true });
    assert.equal(JSON.parse(same.stdout).code, "connection");
    await policy.confirm();
    const after = await read.list(wanted);
    assert.equal(makeTransition(after.tables, after.wanted), null);

    const clock = await window.clock();
    const request = {
      bootId: clock.bootId,
      fence: clock.fence,
      deadlineBootMs: clock.bootMs + 30_000,
      elements: isolation,
    };
    assert.ok((await window.lease(request)).timeoutMs > 20_000);
    assert.ok((await window.renew(request)).timeoutMs > 20_000);
    assert.equal((await read.list()).leases.length, isolation.length);
    await assert.rejects(window.renew({ ...request, deadlineBootMs: clock.bootMs }), code("DEADLINE"));
    assert.ok((await window.release(clock.fence + 1)).fence > clock.fence);
    await assert.rejects(window.lease(request), code("REFUSED"));
    await assert.rejects(window.renew({ ...request, fence: 99 }), code("REFUSED"));
    assert.equal((await window.shut()).bootId, clock.bootId);
  });

  it("refuses a verb of another key", async () => {
    await assert.rejects(sshEdge(edge, "read").release(9), code("REFUSED"));
    await assert.rejects(sshEdge(edge, "window").confirm(), code("REFUSED"));
    const tried = await runSsh(edge.ssh.read, ["cat", "/etc/passwd"], { forced: true });
    assert.equal(JSON.parse(tried.stdout).ok, false);
  });

  it("replaces its own script, and only by one that arrived whole", async () => {
    const text = `${edgeScriptText()}# one more line\n`;
    await installEdgeScript(edge, text);
    assert.equal((await sshEdge(edge, "read").list()).scriptSha256, await scriptSha256(text));
    const cut = await runSsh(edge.ssh.policy, ["install", await scriptSha256(text)], {
      stdin: text.slice(0, -5),
      forced: true,
    });
    assert.equal(JSON.parse(cut.stdout).ok, false);
    assert.equal((await sshEdge(edge, "read").clock()).bootId.length, 36);
  });

  it("installs, applies and confirms the backup host's table over a root shell", async () => {
    const host = hostFirewall({ name: "backup", ssh: "shell" });
    assert.equal(await host.install(), true);
    assert.equal(await host.install(), false);
    // Not the real table: this sshd listens on another port, which that one would cut.
    const table =
      'table inet jeda_host {\n\tchain input {\n\t\ttype filter hook input priority -10; policy drop;\n\t\ttcp dport 2222 accept comment "input/control"\n\t}\n}\n';
    const listing = await host.list(table);
    assert.equal(listing.table, null);
    const change = makeTransition({ jeda_host: listing.table }, { jeda_host: listing.wanted });
    assert.ok(change);
    await host.apply(change, 20_000);
    await host.confirm();
    const after = await host.list(table);
    assert.equal(makeTransition({ jeda_host: after.table }, { jeda_host: after.wanted }), null);
    await network.sh("edge", "nft delete table inet jeda_host");
  });

  it("says what is wrong with a connection: host key, credentials, reachability", async () => {
    await assert.rejects(runSsh("changed", ["clock"], { forced: true }), code("HOST_KEY"));
    await assert.rejects(runSsh("unknown", ["clock"]), code("HOST_KEY"));
    await assert.rejects(runSsh("denied", ["clock"]), code("CREDENTIALS"));
    await assert.rejects(runSsh("gone", ["clock"]), code("UNREACHABLE"));
    await assert.rejects(runSsh("shell", ["sleep", "20"], { timeoutMs: 1_500 }), code("UNREACHABLE"));
    await assert.rejects(runSsh("-oProxyCommand=id", ["x"]), (error: JedaError) => error.code === "CONFIG");
  });

  it("passes words, input and exit code through unchanged", async () => {
    const words = ["sh", "-c", 'printf "%s|" "$@"; cat; exit 7', "sh", "a b", "$(id)", "it's", "*", ""];
    const result = await runSsh("shell", words, { stdin: "input\n" });
    assert.deepEqual([result.stdout, result.exitCode], ["a b|$(id)|it's|*||input\n", 7]);
  });

  /** As root's start-up file on the edge, which bash reads for every command that comes by SSH. */
  const greet = (bashrc: string) =>
    runSsh("shell", ["sh", "-c", "cat >/root/.bashrc"], { stdin: bashrc }).then(() => undefined);
  const noises: Record<string, string> = {
    "a greeting": "echo SELAMAT DATANG\n",
    "CRLF on both streams": "printf 'SELAMAT\\r\\nDATANG\\r\\n' | tee /dev/stderr\n",
    "half a line": "printf 'SELAMAT DATANG'; printf half >&2\n",
    "an imitated answer": `echo '{"ok":true,"clock":{}}'; echo '{"ok":false,"code":"fence","message":"no"}'\n`,
    "what was asked": 'echo "$SSH_ORIGINAL_COMMAND"; echo "$BASH_EXECUTION_STRING" >&2\n',
    "a megabyte of bytes": "head -c 1048576 /dev/urandom; head -c 1048576 /dev/urandom >&2\n",
    "a farewell": "trap 'echo SAMPAI JUMPA; echo bye >&2; exit 9' EXIT\n",
    "a warning of a locale":
      "echo 'bash: warning: setlocale: LC_ALL: cannot change locale (id_ID.UTF-8)' >&2\n",
    "a process left behind": "sleep 60 &\n",
    "a failing line": "false; cd /nonexistent\n",
  };

  for (const [name, bashrc] of Object.entries(noises)) {
    it(`understands every answer among ${name}`, async () => {
      await greet(bashrc);
      try {
        const window = sshEdge(edge, "window", { timeoutMs: 25_000 });
        const clock = await window.clock();
        const request = {
          bootId: clock.bootId,
          fence: clock.fence,
          deadlineBootMs: clock.bootMs + 60_000,
          elements: isolation,
        };
        assert.ok((await window.lease(request)).timeoutMs > 20_000);
        assert.equal((await sshEdge(edge, "read").list()).leases.length, isolation.length);
        assert.ok((await window.release(clock.fence + 1)).fence > clock.fence);
        await assert.rejects(window.lease(request), /refused "lease": fence \d+ is older than/);
        const words = ["sh", "-c", 'printf "%s|" "$@"; cat; echo oops >&2; exit 7', "sh", "a b", "é"];
        assert.deepEqual(await plain(runSsh("shell", words, { stdin: "input" })), [
          "a b|é|input",
          "oops\n",
          7,
        ]);
        const prober = sshProber("shell");
        assert.equal(await prober.tcp("10.40.0.1:2222", 3_000), "open");
        assert.equal(await prober.tcp("10.40.0.1:2223", 3_000), "refused");
        await prober.close();
      } finally {
        await greet("");
      }
    });
  }

  it("says what is wrong where a login ends before the command", async () => {
    await greet("echo 'this host is being replaced' >&2; exit 4\n");
    try {
      await assert.rejects(
        runSsh("shell", ["true"]),
        /shell ran no command: its login ended with exit code 4 \(this host is being replaced\)/,
      );
      await assert.rejects(
        sshEdge(edge, "read").clock(),
        /did not answer "clock" as its script does: this host is being replaced/,
      );
    } finally {
      await network.sh("edge", `nsenter -t $(cat ${directory}/sshd.pid) -m rm /root/.bashrc`);
    }
  });

  it("understands a script from before there were marks, and replaces it", async () => {
    const old = edgeScriptText().replace("jeda-*) asked", "never-*) asked");
    await greet("echo SELAMAT DATANG\n");
    try {
      await installEdgeScript(edge, old);
      const { scriptSha256: found, clock } = await sshEdge(edge, "read").list();
      assert.equal(found, await scriptSha256(old));
      assert.ok((await sshEdge(edge, "window").release(clock.fence + 1)).fence > clock.fence);
      await assert.rejects(sshEdge(edge, "read").release(9), code("REFUSED"));
      await installEdgeScript(edge, edgeScriptText());
      assert.equal((await sshEdge(edge, "read").list()).scriptSha256, await scriptSha256(edgeScriptText()));
    } finally {
      await greet("");
    }
  });

  it("changes no known_hosts, neither of a host nor of the one it jumps over", async () => {
    const known = () => readFile(join(directory, "known_hosts"), "utf8");
    const before = await known();
    for (const fresh of [false, true]) {
      await runSsh("shell", ["true"], { fresh });
      await runSsh("through", ["true"], { fresh });
    }
    assert.equal(await known(), before);
  });

  it("can be aborted", async () => {
    const reason = new Error("enough");
    await assert.rejects(runSsh("shell", ["sleep", "20"], { signal: AbortSignal.timeout(300) }));
    await assert.rejects(runSsh("shell", ["true"], { signal: AbortSignal.abort(reason) }), reason);
  });
});
