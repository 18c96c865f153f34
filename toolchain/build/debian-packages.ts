/** The Debian packages that the lab and the tests need, each with what for. */
export const debianPackages: { readonly [name: string]: string } = {
  busybox: "the shell and tools of small edges, in tests",
  "ca-certificates": "Go and npm fetch over HTTPS",
  fuse3: "the share's read-only mount on the backup host",
  iproute2: "namespaces, links and addresses of the lab",
  "iputils-ping": "probes",
  "mariadb-client": "dumps, and loading them back",
  "mariadb-server": "the medical-record database",
  mmdebstrap: "root trees of other Debian releases, for lab hosts in tests",
  "netcat-openbsd": "connections that tests hold open",
  nftables: "every firewall",
  "openssh-client": "every way to a host",
  "openssh-server": "every lab host",
  postgresql: "a shared state of Pulumi, in tests",
  procps: "processes of lab hosts",
  python3: "raw packets for the proof's test in a real kernel",
  samba: "the file servers",
  smbclient: "the share as a workstation sees it",
  socat: "connections and echo services",
  systemd: "the first process of a lab's backup host, in tests",
  tcpdump: "packets, where a test wants to see them",
  tzdata: "zone data to compare with Node's",
  "util-linux": "flock, nsenter, unshare, setpriv",
};

/** Of `names`, those that dpkg does not have installed. `listing` is one "NAME STATUS" a line. */
export function missingPackages(names: readonly string[], listing: string): string[] {
  const installed = new Set(
    listing
      .split("\n")
      .map((line) => line.split(" "))
      .filter(([, status]) => status === "installed")
      .map(([name]) => name),
  );
  return names.filter((name) => !installed.has(name));
}
