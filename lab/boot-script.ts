/** The text of each lab host's /etc/lab/start: its network, its firewall and its services, in boot order. Pure. */
import { addresses, type LabHost, labSegments, portAddresses, ports, segments } from "./hospital.ts";

const node = "/usr/local/lib/lab/node --disable-warning=MODULE_TYPELESS_PACKAGE_JSON";
const program = (name: string) => `${node} /usr/local/lib/lab/services/${name}.ts`;
const sshd = "service sshd /usr/sbin/sshd -D -e";

const links = (host: LabHost): string[] =>
  ports[host].map((port) => {
    const { v4, v6 } = portAddresses(port);
    return `link ${port.interface} ${v4}/24 ${v6}/64`;
  });

function defaultRoute(host: LabHost): string[] {
  const gateway = host === "edge" ? addresses("internet") : addresses("edge", ports[host][0]?.segment);
  return [`ip route add default via ${gateway.v4}`, `ip -6 route add default via ${gateway.v6}`];
}

/** The internet knows the way back to the hospital: no address translation, so that both families are alike. */
function returnRoutes(): string[] {
  const edge = addresses("edge", "internet");
  return labSegments
    .filter((segment) => segment !== "internet")
    .flatMap((segment) => [
      `ip route add ${segments[segment].v4}.0/24 via ${edge.v4}`,
      `ip -6 route add ${segments[segment].v6}/64 via ${edge.v6}`,
    ]);
}

const simple = (host: LabHost, ...services: string[]): string[] => [
  ...links(host),
  ...defaultRoute(host),
  ...services,
];

/** Clients whose people went on working when the host went down take it up again at its next boot. */
const resumeWork = "[ ! -e /var/lib/lab/working ] || /etc/lab/work start";

const body: Readonly<Record<LabHost, () => readonly string[]>> = {
  internet: () => [...links("internet"), ...returnRoutes(), `service http ${program("internet")}`],
  edge: () => [
    "# The policy stands before the first packet is forwarded.",
    "if [ -x /usr/local/lib/jeda/edge ] && [ -e /etc/jeda/edge.nft ]; then",
    '  /usr/local/lib/jeda/edge boot || echo "edge: the policy could not be loaded" >&2',
    "fi",
    ...links("edge"),
    ...defaultRoute("edge"),
    "echo 1 >/proc/sys/net/ipv4/ip_forward",
    "echo 1 >/proc/sys/net/ipv6/conf/all/forwarding",
    sshd,
  ],
  clinical: () =>
    simple(
      "clinical",
      "install -d -o mysql /run/mysqld",
      "service mariadb mariadbd --defaults-file=/etc/lab/my.cnf",
      `service rekam-medis ${program("rekam-medis")}`,
    ),
  ward: () => simple("ward", sshd, `service witness ${program("witness")}`, resumeWork),
  administrative: () => simple("administrative", "/etc/lab/samba-prepare", "service smbd /etc/lab/samba"),
  office: () => simple("office", sshd, resumeWork),
  guest: () => simple("guest", sshd),
  backup: () => [
    "# Without its firewall this host does not come onto the network at all.",
    "if [ -e /etc/jeda/host.nft ] && ! nft -f /etc/jeda/host.nft; then",
    '  echo "backup: /etc/jeda/host.nft does not load, the link stays down" >&2',
    "else",
    ...simple("backup").map((line) => `  ${line}`),
    "fi",
    sshd,
    "# A window that the reboot interrupted is taken up again.",
    "[ ! -x /opt/jeda/jeda-runner ] || /opt/jeda/jeda-runner boot || true",
  ],
  ops: () => simple("ops"),
};

export function bootScript(host: LabHost): string {
  return ["#!/bin/sh", ". /etc/lab/rc.sh", "quiet_network", ...body[host](), "booted", ""].join("\n");
}
