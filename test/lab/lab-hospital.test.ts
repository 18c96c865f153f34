import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { labCredentials } from "../../lab/access/credentials.ts";
import { opsCommand } from "../../lab/access/ops.ts";
import { labSh } from "../../lab/access/shell.ts";
import { labDown } from "../../lab/down.ts";
import { addresses, labHosts } from "../../lab/hospital.ts";
import { rebootHost } from "../../lab/machines/power.ts";
import { readiness, waitUntilReady } from "../../lab/machines/ready.ts";
import { labState } from "../../lab/status.ts";
import { labUp } from "../../lab/up.ts";
import { entryCounts, labWork } from "../../lab/workload.ts";
import { edgeScriptText } from "../../src/firewall/edge/edge-script.ts";
import { commandLine, leftovers, machine, namespaceInodes, processesIn } from "./footprint.ts";

const id = `t${process.pid}`;
const log = () => {};

/** Standard output of a command that must succeed on a host. */
async function out(host: (typeof labHosts)[number], ...argv: string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await labSh(id, host, argv, { timeoutMs: 20_000 });
  assert.equal(exitCode, 0, `${host}: ${argv.join(" ")}: ${stderr}`);
  return stdout.trim();
}

async function asOps(...argv: string[]): Promise<{ stdout: string; stderr: string }> {
  const [file = "", ...rest] = opsCommand(id) ?? assert.fail("the lab does not stand");
  const settings = { reject: false, timeout: 20_000, stdin: "ignore" } as const;
  const { stdout, stderr } = await execa(file, [...rest, ...argv], settings);
  return { stdout, stderr };
}

/** Argv of a shell that keeps its standard input in a file of its own while a command uses it. */
const withFile = (command: string, ...argv: string[]): string[] => [
  ...["sh", "-c", `umask 077; file=$(mktemp); cat >$file; ${command}; code=$?; rm $file; exit $code`, "sh"],
  ...argv,
];

describe("the tiny lab hospital", function () {
  this.timeout(60_000);
  let untouched: Record<string, string>;

  before(async () => {
    untouched = await machine();
    await labUp({ id, size: "tiny", log });
  });
  after(() => labDown(id));

  it("stands, each host with its own name, boot id and processes", async () => {
    assert.equal(labState(id).standing, true);
    const boots = await Promise.all(
      labHosts.map(async (host) => {
        assert.equal(await out(host, "hostname"), host);
        assert.equal(await out(host, "sh", "-c", "tr '\\0' ' ' </proc/1/cmdline"), "sh /etc/lab/start");
        return out(host, "cat", "/proc/sys/kernel/random/boot_id");
      }),
    );
    assert.equal(new Set(boots).size, labHosts.length);
  });

  it("forwards IPv4 and IPv6 from every segment to the internet, by the edge", async () => {
    for (const host of ["ward", "office", "guest", "ops", "backup"] as const) {
      for (const address of Object.values(addresses("internet"))) {
        const url = `http://${address.includes(":") ? `[${address}]` : address}/`;
        const script = `exec 3<>/dev/tcp/${address}/80; printf 'GET ${url} HTTP/1.0\\r\\n\\r\\n' >&3; cat <&3`;
        assert.match(await out(host, "bash", "--norc", "-c", script), / 200 /, `${host} to ${address}`);
      }
      await out(host, "ping", "-c1", "-W2", "-t2", addresses("internet").v4);
    }
    const oneHop = await labSh(id, "ward", ["ping", "-c1", "-W1", "-t1", addresses("internet").v4]);
    assert.notEqual(oneHop.exitCode, 0, "the internet is beyond a router");
  });

  it("leaves the machine's own network, users and files as they were", async () => {
    assert.deepEqual(await machine(), untouched);
  });

  it("stores what the ward enters, and the share changes, while people work", async () => {
    const listing = () =>
      out("administrative", "sh", "-c", "ls -l --time-style=full-iso '/srv/office/Kerja Harian'");
    const idle = await listing();
    await labWork(id, "start");
    for (let round = 0; round < 100 && (await entryCounts(id)).stored < 10; round++) await sleep(100);
    for (let round = 0; round < 50 && (await listing()) === idle; round++) await sleep(100);
    assert.notEqual(await listing(), idle);
    await labWork(id, "stop");
    const counts = await entryCounts(id);
    assert.ok(counts.stored >= 10);
    assert.deepEqual(counts, { sent: counts.stored, acknowledged: counts.stored, stored: counts.stored });
    await sleep(300);
    assert.deepEqual(await entryCounts(id), counts, "stopped is stopped");
    const rows = await out(
      "clinical",
      "mariadb",
      "--socket=/run/mysqld/mysqld.sock",
      "-NBe",
      "SELECT COUNT(*) FROM simrs.entri",
    );
    assert.equal(Number(rows), counts.stored);
  });

  it("shows the share to the backup account, which cannot write", async () => {
    const { user, password } = labCredentials.smbBackup;
    const auth = `username = ${user}\npassword = ${password}\n`;
    const inShare = (commands: string) =>
      labSh(id, "backup", withFile('smbclient //files.internal/office -A $file -c "$1"', commands), {
        input: auth,
      });
    const list = await inShare("recurse ON; ls");
    assert.equal(list.exitCode, 0, list.stdout);
    assert.match(list.stdout, /daftar gaji rahasia\.docx/);
    assert.match(list.stdout, /Évaluasi/);
    assert.match((await inShare("mkdir baru")).stdout, /NT_STATUS_(ACCESS_DENIED|MEDIA_WRITE_PROTECTED)/);
  });

  it("lets the backup account dump the database over the network", async () => {
    const { user, password } = labCredentials.mariadbBackup;
    const dump = await labSh(
      id,
      "backup",
      withFile(
        "mariadb-dump --defaults-file=$file -h simrs.internal --single-transaction --routines --events simrs",
      ),
      { input: `[client]\nuser=${user}\npassword=${password}\n` },
    );
    assert.equal(dump.exitCode, 0, dump.stderr);
    assert.match(dump.stdout, /CREATE TABLE `pemeriksaan_lab`/);
    assert.match(dump.stdout, /TRIGGER `?resep_obat_stok/);
    assert.match(dump.stdout, /Dump completed/);
  });

  it("lets ops reach the backup host and every probe point, and edges only as far as each key goes", async () => {
    for (const [alias, who] of [
      ["edge-admin", "edge root"],
      ["backup", "backup root"],
      ["probe-clinical", "ward probe"],
      ["probe-administrative", "office probe"],
      ["probe-guest", "guest probe"],
    ] as const) {
      const { stdout, stderr } = await asOps(
        "ssh",
        "-o",
        "BatchMode=yes",
        alias,
        'echo "$(hostname) $(id -un)"',
      );
      assert.equal(stdout, who, stderr);
    }
    const elsewhere = await asOps(
      "ssh",
      "-o",
      "BatchMode=yes",
      "-W",
      `${addresses("clinical").v4}:3306`,
      "edge-jump",
    );
    assert.match(elsewhere.stderr, /administratively prohibited/);
    assert.notEqual(
      (await asOps("ssh", "-o", "BatchMode=yes", "edge-jump", "id")).stdout.includes("uid"),
      true,
    );
    const fromBackup = await labSh(id, "backup", ["ssh", "-o", "BatchMode=yes", "probe-guest", "hostname"]);
    assert.equal(fromBackup.stdout.trim(), "guest", fromBackup.stderr);
    assert.notEqual(
      (await labSh(id, "backup", ["ssh", "-o", "BatchMode=yes", "edge-admin", "id"])).exitCode,
      0,
    );
  });

  it("keeps a host's disk and nothing else over a reboot", async () => {
    const boot = await out("edge", "cat", "/proc/sys/kernel/random/boot_id");
    await out(
      "edge",
      "sh",
      "-c",
      "mkdir -p /etc/jeda && echo kept >/etc/jeda/note && echo lost >/run/note && nft add table inet left",
    );
    await rebootHost(id, "edge");
    await waitUntilReady(
      id,
      readiness.filter(({ from }) => from === "office" || from === "edge" || from === "ops"),
      20,
    );
    assert.notEqual(await out("edge", "cat", "/proc/sys/kernel/random/boot_id"), boot);
    assert.equal(await out("edge", "cat", "/etc/jeda/note"), "kept");
    assert.equal(await out("edge", "sh", "-c", "[ -e /run/note ] || echo gone"), "gone");
    assert.equal(await out("edge", "nft", "list", "tables"), "");
    assert.equal((await asOps("ssh", "-o", "BatchMode=yes", "edge-admin", "hostname")).stdout, "edge");
  });

  it("boots the edge's policy before it forwards, and keeps the backup host off the net without its firewall", async () => {
    await out(
      "edge",
      "sh",
      "-c",
      `mv /usr/local/lib/jeda/edge /root/edge 2>/dev/null; mkdir -p /etc/jeda /usr/local/lib/jeda
: >/etc/jeda/edge.nft
printf '#!/bin/sh\\necho "$1 $(cat /proc/sys/net/ipv4/ip_forward)" >/run/saw\\n' >/usr/local/lib/jeda/edge
chmod +x /usr/local/lib/jeda/edge`,
    );
    const install =
      "mkdir -p /etc/jeda /usr/local/lib/jeda && cd /usr/local/lib/jeda && cat >firewall && chmod +x firewall";
    await labSh(id, "backup", ["sh", "-c", install], { input: edgeScriptText() });
    await out("backup", "sh", "-c", "echo nonsense >/etc/jeda/host.nft");
    await Promise.all([rebootHost(id, "edge"), rebootHost(id, "backup")]);
    assert.equal(await out("edge", "cat", "/run/saw"), "boot 0");
    assert.match(await out("backup", "ip", "-o", "link", "show", "eth0"), /state DOWN/);
    await out(
      "edge",
      "sh",
      "-c",
      "rm /etc/jeda/edge.nft; mv /root/edge /usr/local/lib/jeda/edge || rm /usr/local/lib/jeda/edge",
    );
    await out(
      "backup",
      "sh",
      "-c",
      "echo 'table inet jeda_host { chain input { type filter hook input priority 0; policy accept; }; }' >/etc/jeda/host.nft",
    );
    await rebootHost(id, "backup");
    assert.match(await out("backup", "nft", "list", "tables"), /jeda_host/);
  });

  it("fills one host's disk only", async () => {
    const full = await labSh(id, "guest", [
      "sh",
      "-c",
      "head -c 600m /dev/zero >/var/tmp/full; df --output=avail /var/tmp | tail -1",
    ]);
    assert.equal(full.stdout.trim(), "0");
    assert.match(full.stderr, /No space left/);
    await out("office", "sh", "-c", "echo room >/var/tmp/room");
  });

  it("ends a command that takes too long, and refuses what is no host", async () => {
    const slow = await labSh(id, "guest", ["sleep", "3333"], { timeoutMs: 300 });
    assert.equal(slow.exitCode, 124);
    await sleep(100);
    const { exitCode } = await labSh(id, "guest", ["sh", "-c", "grep -qs sleep.33[3]3 /proc/[0-9]*/cmdline"]);
    assert.notEqual(exitCode, 0, "it is still running");
    assert.equal((await labSh(id, "guest", ["sh", "-c", "exit 7"])).exitCode, 7);
  });

  it("shows no password in any process's arguments", async () => {
    await labWork(id, "start");
    const secrets = Object.values(labCredentials).map((entry) =>
      "password" in entry ? entry.password : entry.passphrase,
    );
    for (let round = 0; round < 20; round++) {
      for (const pid of processesIn(namespaceInodes(id))) {
        const command = commandLine(pid);
        for (const secret of secrets) assert.ok(!command.includes(secret), command);
      }
      await sleep(50);
    }
    await labWork(id, "stop");
  });

  it("goes away without a trace", async () => {
    const inodes = namespaceInodes(id);
    assert.ok(processesIn(inodes).length >= labHosts.length);
    await labDown(id);
    assert.deepEqual(processesIn(inodes), []);
    assert.deepEqual(leftovers(id), []);
    assert.deepEqual(await machine(), untouched);
    assert.equal(opsCommand(id), null);
    await labDown(id); // nothing to do is fine
  });
});
