/**
 * A host to administer: network, mounts and files of its own, with sshd as its only process. Its ssh_config has the
 * host's name for a root shell, and NAME-read, NAME-window and NAME-policy for the forced-command keys of an edge.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { cheapSsh } from "../../../lab/access/ssh-access.ts";
import { edgeScriptText } from "../../../src/firewall/edge/edge-script.ts";

/** Directories that get a layer of their own. */
const WRITABLE = ["/etc", "/usr/local", "/opt", "/var/lib", "/srv"];
const ROLES = ["read", "window", "policy"] as const;

export class SshHost {
  readonly name: string;
  readonly directory: string = mkdtempSync(join(tmpdir(), "jeda-host-"));
  #sshd: ChildProcess | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get sshConfig(): string {
    return join(this.directory, "ssh_config");
  }

  /** @param programs of this machine that the host has too, in /usr/local/bin. */
  async up(programs: readonly string[] = []): Promise<void> {
    for (const key of ["host", "admin", ...ROLES]) {
      await execa("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", join(this.directory, key)]);
    }
    const publicKey = (key: string) => readFileSync(join(this.directory, `${key}.pub`), "utf8").trim();
    const forced = ROLES.map(
      (role) => `restrict,command="/usr/local/lib/jeda/edge ${role}" ${publicKey(role)}`,
    );
    writeFileSync(join(this.directory, "authorized_keys"), `${[publicKey("admin"), ...forced].join("\n")}\n`);
    writeFileSync(
      join(this.directory, "sshd_config"),
      `Port 22
ListenAddress 127.0.0.1
HostKey ${join(this.directory, "host")}
AuthorizedKeysFile ${join(this.directory, "authorized_keys")}
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
UsePAM no
PidFile none
`,
    );
    writeFileSync(join(this.directory, "edge"), edgeScriptText());
    const layers = join(this.directory, "layers");
    mkdirSync(layers);
    const mounts = WRITABLE.map((path, at) => {
      const [upper, work] = [`${layers}/${at}/upper`, `${layers}/${at}/work`];
      return `mkdir -p ${upper} ${work}; mount -t overlay -o lowerdir=${path},upperdir=${upper},workdir=${work} none ${path}`;
    });
    const boot = [
      "mount -t proc none /proc",
      `mount -t tmpfs none ${layers}`,
      ...mounts,
      ...programs.map((program) => `install -D -m 755 -t /usr/local/bin ${program}`),
      "mount -t tmpfs none /run",
      // Whatever this machine's root does at login is not the host's business.
      "mount -t tmpfs none /root",
      "mkdir -p /run/sshd",
      `install -D -m 755 ${join(this.directory, "edge")} /usr/local/lib/jeda/edge`,
      "ip link set lo up",
      `exec $(command -v sshd) -D -e -f ${join(this.directory, "sshd_config")}`,
    ].join("\n");
    this.#sshd = spawn(
      "unshare",
      ["--net", "--mount", "--pid", "--fork", "--kill-child", "sh", "-euc", boot],
      {
        stdio: "ignore",
      },
    );
    await once(this.#sshd, "spawn");
    this.writeConfig(publicKey("host"));
    for (let tries = 0; tries < 100; tries++) {
      if ((await this.sh("true").catch(() => null)) !== null) return;
      await sleep(50);
    }
    throw new Error("the host's sshd did not come up");
  }

  /** What ssh knows of the host; another key stands for a host that is not the one it was. */
  writeConfig(hostKey: string): void {
    writeFileSync(
      join(this.directory, "known_hosts"),
      `${this.name} ${hostKey.split(" ").slice(0, 2).join(" ")}\n`,
    );
    const enter = `nsenter --net=/proc/${this.#sshd?.pid}/ns/net socat - TCP:127.0.0.1:22`;
    const alias = (name: string, key: string) => `Host ${name}
  HostName 127.0.0.1
  HostKeyAlias ${this.name}
  User root
  IdentityFile ${join(this.directory, key)}
  IdentitiesOnly yes
  UserKnownHostsFile ${join(this.directory, "known_hosts")}
  GlobalKnownHostsFile /dev/null
  ProxyCommand ${enter}
${cheapSsh.join("\n")}
`;
    const forced = ROLES.map((role) => alias(`${this.name}-${role}`, role));
    writeFileSync(this.sshConfig, [...forced, alias(this.name, "admin")].join("\n"));
  }

  /** Runs a script on the host; throws when it fails. */
  async sh(script: string): Promise<string> {
    const { stdout } = await execa("ssh", ["-F", this.sshConfig, "-o", "BatchMode=yes", this.name, script], {
      timeout: 20_000,
    });
    return stdout;
  }

  /** A silent death: packets go nowhere and nothing answers. */
  async down(): Promise<void> {
    const sshd = this.#sshd;
    this.#sshd = undefined;
    if (sshd?.exitCode === null && sshd.signalCode === null) {
      sshd.kill("SIGKILL");
      await once(sshd, "exit");
    }
    rmSync(this.directory, { recursive: true, force: true });
  }
}
