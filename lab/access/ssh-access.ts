/** The texts by which the lab's hosts know and admit each other over SSH. Pure. */
import { addresses, type EdgeCount, type EdgeHost, isEdge, type LabHost, probePoints } from "../hospital.ts";

/** Who has keys, and what each key is for. */
export const clientKeys = {
  ops: ["read", "window", "policy", "admin", "probe", "backup", "backup-read"],
  backup: ["window", "probe"],
} as const;
export type KeyHolder = keyof typeof clientKeys;

export const sshdHosts = [
  "edge",
  "edge2",
  "ward",
  "office",
  "guest",
  "backup",
] as const satisfies readonly LabHost[];
export type SshdHost = (typeof sshdHosts)[number];

/** Public halves ("ssh-ed25519 AAAA…") of the clients' keys. */
export type PublicKeys = {
  readonly [H in KeyHolder]: Readonly<Record<(typeof clientKeys)[H][number], string>>;
};
export type HostKeys = Readonly<Record<SshdHost, string>>;

export const sshdConfig = `# Keys only; nobody is asked anything.
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
X11Forwarding no
PrintMotd no
MaxSessions 200
MaxStartups 200
ClientAliveInterval 15
Subsystem sftp internal-sftp
PidFile /run/sshd.pid
`;

interface Alias {
  readonly name: string;
  readonly host: SshdHost;
  readonly hostName: string;
  readonly user: string;
  readonly key: string;
  readonly jump?: boolean;
}

function aliases(holder: KeyHolder, edges: EdgeCount): Alias[] {
  const seen = holder === "ops" ? "management" : "vault";
  const to =
    (host: EdgeHost) =>
    (key: string): Alias => ({
      name: `${host}-${key}`,
      host,
      hostName: addresses(host, seen).v4,
      user: "root",
      key,
    });
  const toEdge = to("edge");
  const second = (keys: readonly string[]): Alias[] => (edges === 2 ? keys.map(to("edge2")) : []);
  const probes = Object.entries(probePoints).map(
    ([segment, host]): Alias => ({
      name: `probe-${segment}`,
      host,
      hostName: addresses(host).v4,
      user: "probe",
      key: "probe",
      jump: true,
    }),
  );
  const jump: Alias = { ...toEdge("probe"), name: "edge-jump", user: "probe" };
  if (holder === "backup") return [toEdge("window"), ...second(["window"]), jump, ...probes];
  const backup: Alias = {
    name: "backup",
    host: "backup",
    hostName: addresses("backup").v4,
    user: "root",
    key: "backup",
  };
  const backupRead: Alias = { ...backup, name: "backup-read", key: "backup-read" };
  const each = ["read", "window", "policy", "admin"];
  return [...each.map(toEdge), ...second(each), jump, ...probes, backup, backupRead];
}

/**
 * Without the key exchange against tomorrow's computers: it takes a client 70 ms of processor time for each connection,
 * five times as much as all the rest, and no packet of a lab leaves the machine.
 */
export const cheapSsh = ["KexAlgorithms curve25519-sha256", "Ciphers aes128-gcm@openssh.com"] as const;

/** ssh_config of a holder whose keys and known hosts stand in `directory`. */
export function sshClientConfig(holder: KeyHolder, directory: string, edges: EdgeCount = 1): string {
  const blocks = aliases(holder, edges).map((alias) =>
    [
      `Host ${alias.name}`,
      `  HostName ${alias.hostName}`,
      `  HostKeyAlias ${alias.host}`,
      `  User ${alias.user}`,
      `  IdentityFile ${directory}/${alias.key}`,
      ...(alias.jump ? ["  ProxyJump edge-jump"] : []),
    ].join("\n"),
  );
  const everywhere = [
    "Host *",
    "  IdentitiesOnly yes",
    "  PasswordAuthentication no",
    "  StrictHostKeyChecking yes",
    "  UpdateHostKeys no",
    `  UserKnownHostsFile ${directory}/known_hosts`,
    "  GlobalKnownHostsFile /dev/null",
    "  ConnectTimeout 5",
    ...cheapSsh.map((line) => `  ${line}`),
  ].join("\n");
  return `${[...blocks, everywhere].join("\n\n")}\n`;
}

export const knownHosts = (keys: HostKeys): string =>
  sshdHosts.map((host) => `${host} ${keys[host]}\n`).join("");

/** Where the edge may be used as jump host to: port 22 of the probe points, in both families. */
const jumpTargets = Object.values(probePoints)
  .flatMap((host) => {
    const { v4, v6 } = addresses(host);
    return [`${v4}:22`, `[${v6}]:22`];
  })
  .map((target) => `permitopen="${target}"`)
  .join(",");

/** authorized_keys by account, for one host. */
export function authorizedKeys(host: SshdHost, keys: PublicKeys): { root: string; probe: string } {
  const lines = (entries: readonly string[]) => entries.map((entry) => `${entry}\n`).join("");
  if (isEdge(host)) {
    const forced = (mode: string) => `restrict,command="/usr/local/lib/jeda/edge ${mode}"`;
    const jumping = `port-forwarding,${jumpTargets}`;
    return {
      root: lines([
        `${forced("read")} ${keys.ops.read} ops-read`,
        `${forced("window")},${jumping} ${keys.ops.window} ops-window`,
        `${forced("window")},${jumping} ${keys.backup.window} backup-window`,
        `${forced("policy")},${jumping} ${keys.ops.policy} ops-policy`,
        `${keys.ops.admin} ops-admin`,
      ]),
      probe: lines(
        [`${keys.ops.probe} ops-probe`, `${keys.backup.probe} backup-probe`].map(
          (key) => `restrict,${jumping},command="/bin/false" ${key}`,
        ),
      ),
    };
  }
  if (host === "backup") {
    const read = `restrict,command="/opt/jeda/backup-read" ${keys.ops["backup-read"]} ops-backup-read`;
    return { root: lines([`${keys.ops.backup} ops-backup`, read]), probe: "" };
  }
  return { root: "", probe: lines([`${keys.ops.probe} ops-probe`, `${keys.backup.probe} backup-probe`]) };
}
