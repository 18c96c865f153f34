/** Writes what makes a host this host: the files that its first boot copies over the machine's root. */
import { chmod, chown, copyFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { edgeScriptText } from "../../src/firewall/edge/edge-script.ts";
import { labCredentials } from "../access/credentials.ts";
import {
  authorizedKeys,
  knownHosts,
  type SshdHost,
  sshClientConfig,
  sshdConfig,
  sshdHosts,
} from "../access/ssh-access.ts";
import { hostKeyFile, type LabKeys, layOutKeys } from "../access/ssh-keys.ts";
import { type EdgeCount, hostsFile, isEdge, type LabHost } from "../hospital.ts";
import { diskDir, type LabSize } from "../state.ts";
import { bootHooks, bootScript } from "./boot-script.ts";
import { type HostFile, hostFiles } from "./host-files.ts";
import { systemdFiles } from "./systemd.ts";

/** Accounts that exist on lab hosts only. The probe account is a person's without any right. */
const accounts = [
  { name: "probe", uid: 3001, home: "/home/probe", shell: "/bin/bash" },
  { name: labCredentials.smbBackup.user, uid: 3002, home: "/nonexistent", shell: "/usr/sbin/nologin" },
  { name: labCredentials.smbOffice.user, uid: 3003, home: "/nonexistent", shell: "/usr/sbin/nologin" },
] as const;
const probeUid = accounts[0].uid;

async function accountFiles(root: string): Promise<HostFile[]> {
  const extended = async (path: string, lines: readonly string[], mode: number): Promise<HostFile> => {
    const names = new Set(lines.map((line) => line.split(":")[0]));
    const kept = (await readFile(join(root, path), "utf8"))
      .split("\n")
      .filter((line) => line !== "" && !names.has(line.split(":")[0]));
    return { path, content: `${[...kept, ...lines].join("\n")}\n`, mode };
  };
  return [
    await extended(
      "/etc/passwd",
      accounts.map(({ name, uid, home, shell }) => `${name}:x:${uid}:${uid}::${home}:${shell}`),
      0o644,
    ),
    await extended(
      "/etc/group",
      accounts.map(({ name, uid }) => `${name}:x:${uid}:`),
      0o644,
    ),
    // "*": no password fits, and yet the account is not locked, so that keys are accepted.
    await extended(
      "/etc/shadow",
      ["root", ...accounts.map(({ name }) => name)].map((name) => `${name}:*:19000::::::`),
      0o600,
    ),
  ];
}

const isSshdHost = (host: LabHost): host is SshdHost => (sshdHosts as readonly LabHost[]).includes(host);

async function sshFiles(host: SshdHost, keys: LabKeys, keyDirectory: string): Promise<HostFile[]> {
  const { root, probe } = authorizedKeys(host, keys.clients);
  return [
    { path: "/etc/ssh/sshd_config", content: sshdConfig },
    {
      path: "/etc/ssh/ssh_host_ed25519_key",
      content: await readFile(hostKeyFile(keyDirectory, host), "utf8"),
      mode: 0o600,
    },
    { path: "/etc/ssh/ssh_host_ed25519_key.pub", content: `${keys.hosts[host]} ${host}\n` },
    ...(root === "" ? [] : [{ path: "/root/.ssh/authorized_keys", content: root, mode: 0o600 }]),
    ...(probe === "" ? [] : [{ path: "/home/probe/.ssh/authorized_keys", content: probe, mode: 0o600 }]),
  ];
}

export interface SeedOptions {
  readonly id: string;
  readonly size: LabSize;
  readonly edges: EdgeCount;
  readonly keys: LabKeys;
  readonly keyDirectory: string;
  /** The tree below the host's disk; "/" for this machine's own. */
  readonly root: string;
  /** Executables copied into /usr/local (target path → source path), 0755. */
  readonly programs: Readonly<Record<string, string>>;
  /** systemd is the host's first process, instead of the boot script itself. */
  readonly systemd: boolean;
}

/** Lays out the seed of one host on its disk, which must be mounted. */
export async function seedHost(host: LabHost, options: SeedOptions): Promise<void> {
  const seed = join(diskDir(options.id, host), "seed.partial");
  const rc = await readFile(new URL("./host/rc.sh", import.meta.url), "utf8");
  const files: HostFile[] = [
    { path: "/etc/hostname", content: `${host}\n` },
    { path: "/etc/hosts", content: hostsFile(host, options.edges) },
    { path: "/etc/resolv.conf", content: "# The lab has no name server: /etc/hosts knows everybody.\n" },
    { path: "/etc/lab/rc.sh", content: rc },
    { path: "/etc/lab/start", content: bootScript(host, options.edges), mode: 0o755 },
    ...Object.entries(bootHooks[host] ?? {}).map(([path, content]) => ({ path, content, mode: 0o755 })),
    ...(isEdge(host) ? [{ path: "/usr/local/lib/jeda/edge", content: edgeScriptText(), mode: 0o755 }] : []),
    ...(await accountFiles(options.root)),
    ...hostFiles(host, options.size),
    ...(options.systemd ? systemdFiles : []),
    ...(isSshdHost(host) ? await sshFiles(host, options.keys, options.keyDirectory) : []),
  ];
  const holder = host === "ops" || host === "backup" ? host : null;
  if (holder !== null) {
    files.push({
      path: "/etc/ssh/ssh_config",
      content: sshClientConfig(holder, "/root/.ssh", options.edges),
    });
  }
  // The modes of the seed's directories become those of the host's, "/" included.
  await mkdir(join(seed, "root"), { recursive: true, mode: 0o755 });
  await chmod(join(seed, "root"), 0o700);
  await mkdir(join(seed, "root/.ssh"), { mode: 0o700 });
  await mkdir(join(seed, "home/probe/.ssh"), { recursive: true, mode: 0o755 });
  for (const { path, content, mode } of files) {
    const target = join(seed, path);
    await mkdir(dirname(target), { recursive: true, mode: 0o755 });
    await writeFile(target, content, { mode: mode ?? 0o644 });
  }
  for (const path of ["home/probe", "home/probe/.ssh", "home/probe/.ssh/authorized_keys"]) {
    await chown(join(seed, path), probeUid, probeUid).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") throw error;
    });
  }
  if (holder !== null) {
    await layOutKeys(holder, options.keyDirectory, join(seed, "root/.ssh"), knownHosts(options.keys.hosts));
  }
  for (const [target, source] of Object.entries(options.programs)) {
    await mkdir(dirname(join(seed, target)), { recursive: true, mode: 0o755 });
    await copyFile(source, join(seed, target));
    await chmod(join(seed, target), 0o755);
  }
  await rename(seed, join(diskDir(options.id, host), "seed"));
}
