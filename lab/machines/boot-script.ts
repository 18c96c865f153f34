/** The text of each lab host's /etc/lab/start: its network, its firewall and its services, in boot order. Pure. */
import {
  addresses,
  type EdgeCount,
  edgeOf,
  isEdge,
  type LabHost,
  labSegments,
  portAddresses,
  ports,
  segments,
} from "../hospital.ts";

const node = "/usr/local/lib/lab/node --disable-warning=MODULE_TYPELESS_PACKAGE_JSON";
const program = (name: string) => `${node} /usr/local/lib/lab/services/${name}.ts`;
const sshd = "service sshd /usr/sbin/sshd -D -e";

/** As Debian's ifupdown runs them: what a host of a real site has to start jeda by. */
export const bootHook = "run-parts --exit-on-error --regex=^jeda$ /etc/network/if-pre-up.d";
export const bootLate = "/etc/network/if-up.d/jeda";
const edgeHooks = {
  "/etc/network/if-pre-up.d/jeda":
    "#!/bin/sh\n[ ! -e /etc/jeda/edge.nft ] || exec /usr/local/lib/jeda/edge boot\n",
};
export const bootHooks: Readonly<Partial<Record<LabHost, Readonly<Record<string, string>>>>> = {
  edge: edgeHooks,
  edge2: edgeHooks,
  backup: {
    "/etc/network/if-pre-up.d/jeda":
      "#!/bin/sh\n[ ! -e /etc/jeda/host.nft ] || exec /usr/local/lib/jeda/firewall host boot\n",
    [bootLate]:
      "#!/bin/sh\n# A window that the reboot interrupted is taken up again.\n[ ! -x /opt/jeda/jeda-runner ] || exec /opt/jeda/jeda-runner boot\n",
  },
};

const links = (host: LabHost): string[] =>
  ports[host].map((port) => {
    const { v4, v6 } = portAddresses(port);
    return `link ${port.interface} ${v4}/24 ${v6}/64`;
  });

function defaultRoute(host: LabHost, edges: EdgeCount): string[] {
  const own = ports[host][0]?.segment ?? "management";
  const gateway = isEdge(host) ? addresses("internet") : addresses(edgeOf(own, edges), own);
  return [`ip route add default via ${gateway.v4}`, `ip -6 route add default via ${gateway.v6}`];
}

/** The internet knows the way back to the hospital: no address translation, so that both families are alike. */
function returnRoutes(edges: EdgeCount): string[] {
  return labSegments
    .filter((segment) => segment !== "internet")
    .flatMap((segment) => {
      const edge = addresses(edgeOf(segment, edges), "internet");
      return [
        `ip route add ${segments[segment].v4}.0/24 via ${edge.v4}`,
        `ip -6 route add ${segments[segment].v6}/64 via ${edge.v6}`,
      ];
    });
}

type Simple = (host: LabHost, ...services: string[]) => string[];

const simply =
  (edges: EdgeCount): Simple =>
  (host, ...services) => [...links(host), ...defaultRoute(host, edges), ...services];

function edgeBody(host: LabHost, edges: EdgeCount): readonly string[] {
  return [
    "# The policy stands before the first packet is forwarded.",
    `${bootHook} || echo "edge: the policy could not be loaded" >&2`,
    ...links(host),
    ...defaultRoute(host, edges),
    "echo 1 >/proc/sys/net/ipv4/ip_forward",
    "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding",
    sshd,
  ];
}

/** Clients whose people went on working when the host went down take it up again at its next boot. */
const resumeWork = "[ ! -e /var/lib/lab/working ] || /etc/lab/work start";

const body: Readonly<Record<LabHost, (simple: Simple, edges: EdgeCount) => readonly string[]>> = {
  internet: (_, edges) => [
    ...links("internet"),
    ...returnRoutes(edges),
    `service http ${program("internet")}`,
  ],
  edge: (_, edges) => edgeBody("edge", edges),
  edge2: (_, edges) => edgeBody("edge2", edges),
  clinical: (simple) =>
    simple(
      "clinical",
      "install -d -o mysql /run/mysqld",
      "service mariadb mariadbd --defaults-file=/etc/lab/my.cnf",
      `service rekam-medis ${program("rekam-medis")}`,
    ),
  ward: (simple) => simple("ward", sshd, `service witness ${program("witness")}`, resumeWork),
  administrative: (simple) =>
    simple("administrative", "/etc/lab/samba-prepare", "service smbd /etc/lab/samba"),
  office: (simple) => simple("office", sshd, resumeWork),
  guest: (simple) => simple("guest", sshd),
  backup: (simple) => [
    "# Without its firewall this host does not come onto the network at all.",
    `if ! ${bootHook}; then`,
    '  echo "backup: its firewall does not load, the link stays down" >&2',
    "else",
    ...simple("backup").map((line) => `  ${line}`),
    "fi",
    sshd,
    "# What systemd boots starts it by a unit of its own.",
    `[ -d /run/systemd/system ] || [ ! -x ${bootLate} ] || ${bootLate} || true`,
  ],
  ops: (simple) => simple("ops"),
};

export function bootScript(host: LabHost, edges: EdgeCount = 1): string {
  const own = body[host](simply(edges), edges);
  return ["#!/bin/sh", ". /etc/lab/rc.sh", "quiet_network", ...own, "booted", ""].join("\n");
}
