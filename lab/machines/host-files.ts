/** The configuration files of the lab hosts' own services. Pure. */
import { labCredentials } from "../access/credentials.ts";
import type { LabHost } from "../hospital.ts";
import type { LabSize } from "../state.ts";

export interface HostFile {
  readonly path: string;
  readonly content: string;
  /** 0644 unless said otherwise. */
  readonly mode?: number;
}

/** Where the templates are seen on their hosts. */
export const simrsData = "/srv/simrs";
export const officeShare = "/srv/office";

/** For the database server, here and where its template is made. Sizes are small: a lab starts often. */
export function mariadbConfig(
  datadir: string,
  socket: string,
  size: LabSize,
  use: { readonly network: boolean; readonly user: string },
): string {
  return [
    "[mysqld]",
    `user=${use.user}`,
    `datadir=${datadir}`,
    `socket=${socket}`,
    `pid-file=${socket}.pid`,
    use.network ? "bind-address=*" : "skip-networking",
    "skip-name-resolve",
    "character-set-server=utf8mb4",
    "collation-server=utf8mb4_general_ci",
    "performance_schema=off",
    `innodb_buffer_pool_size=${size === "tiny" ? "32M" : "256M"}`,
    "innodb_log_file_size=16M",
    "innodb_use_native_aio=0",
    "innodb_flush_method=fsync",
    "innodb_stats_persistent_sample_pages=8",
    "event_scheduler=off",
    "",
  ].join("\n");
}

const sambaConfig = `[global]
  server role = standalone server
  workgroup = RUMAHSAKIT
  server string = files
  netbios name = FILES
  disable netbios = yes
  smb ports = 445
  server min protocol = SMB2
  passdb backend = tdbsam
  private dir = /var/lib/samba/private
  lock directory = /run/samba
  state directory = /var/lib/samba
  cache directory = /var/cache/samba-lab
  pid directory = /run/samba
  ncalrpc dir = /run/samba/ncalrpc
  map to guest = never
  load printers = no
  printcap name = /dev/null
  disable spoolss = yes
  log level = 1
  unix charset = UTF-8

[office]
  path = ${officeShare}
  valid users = ${labCredentials.smbBackup.user} ${labCredentials.smbOffice.user}
  read only = yes
  write list = ${labCredentials.smbOffice.user}
  force user = root
  create mask = 0644
  directory mask = 0755
`;

const sambaPrepare = `#!/bin/sh
# Accounts come from a file, never from an argument.
set -eu
mkdir -p /var/lib/samba/private /var/cache/samba-lab /run/samba/ncalrpc
[ ! -e /var/lib/samba/private/passdb.tdb ] || exit 0
while read -r user password; do
  printf '%s\\n%s\\n' "$password" "$password" | smbpasswd -c /etc/lab/smb.conf -a -s "$user"
done </etc/lab/smb-accounts
`;

/** `work start` and `work stop` on a client: one process, by its id; stop lets it finish what is under way. */
const workScript = (program: string) => `#!/bin/sh
set -eu
pid_file=/run/lab/work.pid
running() { [ -e "$pid_file" ] && kill -0 "$(cat "$pid_file")" 2>/dev/null; }
case "\${1:-}" in
  start)
    mkdir -p /var/lib/lab /var/log/lab
    : >/var/lib/lab/working
    running && exit 0
    setsid /usr/local/lib/lab/node --disable-warning=MODULE_TYPELESS_PACKAGE_JSON \\
      /usr/local/lib/lab/services/${program}.ts >>/var/log/lab/${program}.log 2>&1 </dev/null &
    echo $! >"$pid_file" ;;
  stop)
    rm -f /var/lib/lab/working
    running || exit 0
    kill "$(cat "$pid_file")"
    tries=0
    while running; do
      tries=$((tries + 1))
      [ "$tries" -le 300 ] || { echo "work does not stop within 15 s" >&2; exit 1; }
      sleep 0.05
    done
    rm -f "$pid_file" ;;
  *) echo "usage: work start|stop" >&2; exit 2 ;;
esac
`;

const option = (section: string, user: string, password: string) =>
  `[${section}]\nuser=${user}\npassword=${password}\n`;

/** Files of `host` besides its boot script, its accounts and its SSH. */
export function hostFiles(host: LabHost, size: LabSize): readonly HostFile[] {
  const { mariadbService, smbBackup, smbOffice } = labCredentials;
  switch (host) {
    case "clinical":
      return [
        {
          path: "/etc/lab/my.cnf",
          content: mariadbConfig(simrsData, "/run/mysqld/mysqld.sock", size, {
            network: true,
            user: "mysql",
          }),
        },
        {
          path: "/etc/lab/rekam-medis.cnf",
          content: `${option("client", mariadbService.user, mariadbService.password)}socket=/run/mysqld/mysqld.sock\n`,
          mode: 0o600,
        },
      ];
    case "administrative":
      return [
        { path: "/etc/lab/smb.conf", content: sambaConfig },
        {
          path: "/etc/lab/smb-accounts",
          content: [smbBackup, smbOffice].map(({ user, password }) => `${user} ${password}\n`).join(""),
          mode: 0o600,
        },
        { path: "/etc/lab/samba-prepare", content: sambaPrepare, mode: 0o755 },
        {
          path: "/etc/lab/samba",
          content:
            "#!/bin/sh\nexec smbd --foreground --no-process-group --debug-stdout --configfile=/etc/lab/smb.conf\n",
          mode: 0o755,
        },
      ];
    case "ward":
      return [{ path: "/etc/lab/work", content: workScript("record-entry"), mode: 0o755 }];
    case "office":
      return [
        { path: "/etc/lab/work", content: workScript("office-work"), mode: 0o755 },
        {
          path: "/etc/lab/kantor.auth",
          content: `username = ${smbOffice.user}\npassword = ${smbOffice.password}\n`,
          mode: 0o600,
        },
      ];
    default:
      return [];
  }
}

/** Hosts whose services or clients run on Node. The backup host must do without: its runner brings its own. */
export const nodeHosts: readonly LabHost[] = ["internet", "clinical", "ward", "office"];
