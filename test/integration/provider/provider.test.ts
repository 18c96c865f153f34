/** The real engine, the real provider, OpenSSH, and a host with a kernel's firewall of its own. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { sshEdge } from "../../../src/host/edge-client.ts";
import { closeAllSsh } from "../../../src/host/ssh.ts";
import { repository, toolBin } from "../../../toolchain/paths.ts";
import { type Result, ScratchProject } from "../toolchain/scratch-project.ts";
import { SshHost } from "./ssh-host.ts";

const PASSWORD = "correct-horse-battery";

function table(
  name: string,
  priority: number,
  rules: readonly (readonly [string, string])[],
  sets = "",
): string {
  const lines = rules.map(([id, text]) => `\t\t${text} comment "forward/${id}"\n`).join("");
  return `table inet ${name} {\n${sets}\tchain forward {\n\t\ttype filter hook forward priority ${priority}; policy accept;\n${lines}\t}\n}\n`;
}
const LEASES = [
  ["isolated_if", "type ifname", "timeout"],
  ["isolated_v4", "type ipv4_addr", "interval,timeout"],
  ["isolated_v6", "type ipv6_addr", "interval,timeout"],
  ["vault_open", "typeof meta nfproto", "timeout"],
]
  .map(
    ([name, key, flags]) => `\tset ${name} {\n\t\t${key}\n\t\tflags ${flags}\n\t\ttimeout 600000ms\n\t}\n\n`,
  )
  .join("");
const RULES = [
  ["smb", "tcp dport { 139, 445 } counter drop"],
  ["rdp", "tcp dport 3389 counter drop"],
] as const;

describe("the provider under the engine", function () {
  this.timeout(600_000);
  const edge = new SshHost("edge");
  const backup = new SshHost("backup");
  let project: ScratchProject;

  before(async () => {
    project = await ScratchProject.make();
    await Promise.all([edge.up(), backup.up([toolBin("restic")])]);
    // The interface that the segment declares.
    await edge.sh("ip link add adm0 type bridge");
    const ssh = join(project.directory, "ssh_config");
    writeFileSync(ssh, `Include ${edge.sshConfig}\nInclude ${backup.sshConfig}\n`);
    process.env.JEDA_SSH_CONFIG = ssh;
    writeFileSync(
      join(project.directory, "Pulumi.yaml"),
      `name: scratch
main: index.ts
runtime: { name: nodejs, options: { typescript: false } }
stackConfigDir: stacks
plugins: { providers: [{ name: jeda, path: "${join(repository, "provider")}" }] }
`,
    );
    declare();
  });
  after(async () => {
    await closeAllSsh();
    delete process.env.JEDA_SSH_CONFIG;
    await Promise.all([edge.down(), backup.down()]);
    project.remove();
  });

  /** The program; `ssh` is the way in of the backup host. Both ends of SSH are on its loopback, hence `replies`. */
  function declare({
    rules = RULES as readonly (readonly [string, string])[],
    ssh = "tcp dport 22 accept",
    password = PASSWORD,
  } = {}): void {
    const hostTable = `table inet jeda_host {\n\tchain input {\n\t\ttype filter hook input priority -10; policy drop;\n\t\ttcp sport 22 accept comment "input/replies"\n\t\t${ssh} comment "input/control"\n\t}\n}\n`;
    project.program(`
import { EdgeFirewall, EdgeScript, HostFirewall } from "${join(repository, "src/resources/firewall.ts")}";
import { Repository } from "${join(repository, "src/resources/backup-host.ts")}";
const edge = { edge: "edge", ssh: { read: "edge-read", window: "edge-window", policy: "edge-policy" } };
const script = new EdgeScript("edge", edge);
new EdgeFirewall("edge", { ...edge, tables: ${JSON.stringify({
      jeda: table("jeda", -10, rules),
      jeda_window: table("jeda_window", -20, [["if", "iifname @isolated_if drop"]], LEASES),
    })}, probes: [], segments: { administrative: ["adm0"] }, zone: "Asia/Jakarta" }, { dependsOn: [script] });
new HostFirewall("backup", { host: "backup", ssh: "backup", table: ${JSON.stringify(hostTable)} });
new Repository("backup", { ssh: "backup", path: "/srv/jeda/repository", password: pulumi.secret(${JSON.stringify(password)}) });
`);
  }

  const clean = (result: Result) => assert.equal(result.exitCode, 0, result.all);
  const preview = () => project.pulumi("preview", "--expect-no-changes");
  const chain = () => edge.sh("nft -s list chain inet jeda forward");

  it("creates everything, and finds it as declared", async () => {
    clean(await project.pulumi("up", "--yes", "--skip-preview"));
    assert.match(await chain(), /smb[\s\S]*rdp/);
    assert.match(await edge.sh("cat /etc/jeda/edge.nft"), /jeda_window/);
    assert.match(await backup.sh("cat /etc/jeda/host.nft"), /jeda_host/);
    clean(await preview());
    clean(await project.pulumi("refresh", "--preview-only", "--expect-no-changes"));
  });

  it("keeps the password out of state", async () => {
    const text = project.backendText();
    assert.match(text, /jeda:index:Repository/);
    assert.ok(!text.includes(PASSWORD));
  });

  it("shows a rule deleted by hand in a plain preview, exits 7, and puts it back", async () => {
    const handle = /# handle (\d+)/.exec(
      await edge.sh("nft -a list chain inet jeda forward | grep forward/smb"),
    )?.[1];
    await edge.sh(`nft delete rule inet jeda forward handle ${handle}`);
    const plain = await preview();
    assert.equal(plain.exitCode, 7, plain.all);
    assert.match(plain.all, /drift: edge: inet jeda forward\/smb: the rule is missing/);
    const refresh = await project.pulumi("refresh", "--preview-only", "--expect-no-changes", "--diff");
    assert.equal(refresh.exitCode, 7, refresh.all);
    assert.match(refresh.all, /- forward\/smb: "tcp dport \{ 139, 445 \} counter drop"/);
    clean(await project.pulumi("up", "--yes", "--skip-preview"));
    assert.match(await chain(), /smb[\s\S]*rdp/);
    clean(await preview());
  });

  it("takes a running lease for no drift, keeps it through a policy change, and refuses to be destroyed", async () => {
    const client = sshEdge({ name: "edge", ssh: { window: "edge-window" } }, "window");
    const { bootId, bootMs, fence } = await client.clock();
    await client.lease({
      bootId,
      fence: fence + 1,
      deadlineBootMs: bootMs + 300_000,
      elements: [{ set: "isolated_if", value: "adm0" }],
    });
    clean(await preview());
    declare({ rules: [...RULES, ["rpc", "tcp dport 135 counter drop"]] });
    clean(await project.pulumi("up", "--yes", "--skip-preview"));
    assert.match(
      await edge.sh("nft list set inet jeda_window isolated_if"),
      /"adm0" timeout .* expires [1-4]m/,
    );
    const destroy = await project.pulumi("destroy", "--yes", "--skip-preview");
    assert.notEqual(destroy.exitCode, 0);
    assert.match(destroy.all, /a window holds a lease on edge: administrative, until .* Asia\/Jakarta/);
    assert.match(await chain(), /rpc/);
    await client.release(fence + 1);
    clean(await project.pulumi("up", "--yes", "--skip-preview"));
  });

  it("undoes a host firewall that would cut jeda's own SSH", async () => {
    declare({ ssh: "tcp dport 2222 accept" });
    const up = await project.pulumi("up", "--yes", "--skip-preview", "--target", "**HostFirewall**");
    assert.notEqual(up.exitCode, 0);
    assert.match(up.all, /the new firewall of backup does not stay/);
    declare();
    // The kernel needs at most 30 s for going back.
    for (let tries = 0; tries < 20; tries++) if ((await backup.sh("true").catch(() => null)) !== null) break;
    clean(await project.pulumi("up", "--yes", "--skip-preview"));
    clean(await preview());
  });

  it("refuses a wrong password before anything is changed", async () => {
    declare({ password: "wrong", rules: [...RULES, ["new", "tcp dport 1 drop"]] });
    const up = await project.pulumi("up", "--yes");
    assert.notEqual(up.exitCode, 0);
    assert.match(up.all, /does not open with this password/);
    assert.doesNotMatch(await chain(), /forward\/new/);
    declare();
  });

  it("stops at a changed host key", async () => {
    await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(edge.directory, "other")]);
    const read = async (name: string) => (await execa("cat", [join(edge.directory, `${name}.pub`)])).stdout;
    edge.writeConfig(await read("other"));
    const changed = await preview();
    edge.writeConfig(await read("host"));
    assert.equal(changed.exitCode, 1, changed.all);
    assert.match(changed.all, /the host key of edge-read has changed/);
    clean(await preview());
  });

  it("goes on when a host can't be reached, says so, and does not exit 0", async () => {
    await edge.down();
    const { exitCode, all } = await preview();
    assert.equal(exitCode, 7, all);
    assert.match(all, /edge-read could not be reached by SSH/);
  });
});
