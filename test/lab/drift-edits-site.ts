/** Hand edits to what the site owns, and to jeda's own in ways that keep most of its looks. */
import { type HandEdit, handle } from "./hand-edit.ts";

const edge = (what: string, by: string, found: RegExp, undo?: string): HandEdit => ({
  what,
  host: "edge",
  by,
  found,
  ...(undo === undefined ? {} : { undo }),
});
const backup = (what: string, by: string, found: RegExp, undo?: string): HandEdit => ({
  ...edge(what, by, found, undo),
  host: "backup",
});
const file = (make: (...edit: Parameters<typeof edge>) => HandEdit, path: string, line: string): HandEdit => {
  const saved = `/root/before-${path.replaceAll("/", "-")}`;
  return make(
    path,
    `mkdir -p ${path.replace(/\/[^/]*$/, "")}; if [ -e ${path} ]; then cp -p ${path} ${saved}; fi; echo '${line}' >>${path}`,
    new RegExp(
      `file ${path.replaceAll(".", "\\.")} (is not what it was when this|was added since this) was applied`,
    ),
    `rm ${path}; if [ -e ${saved} ]; then mv ${saved} ${path}; fi`,
  );
};
const table = (text: string, name: string) => ({
  by: `nft '${text}'`,
  undo: `nft delete table ${name}`,
});

/** Of the kind that a rule's text, its comment or its neighbours tell. */
export const ownEdits: readonly HandEdit[] = [
  edge(
    "a counter taken out of a rule",
    `nft replace rule inet jeda from-clinical ${handle("jeda", "from-clinical", "from-clinical/lateral")} 'continue comment "from-clinical/lateral"'`,
    /inet jeda from-clinical\/lateral: the rule is "continue", wanted "counter"/,
  ),
  edge(
    "a comment",
    `nft replace rule inet jeda from-guest ${handle("jeda", "from-guest", "from-guest/lateral")} 'counter comment "from-guest/laterals"'`,
    /inet jeda from-guest\/laterals: a rule was added/,
  ),
  edge(
    "a state more in a rule",
    `nft replace rule inet jeda_window vault ${handle("jeda_window", "vault", "vault/control-error-v4")} 'ct state related,established meta l4proto icmp ct original ip saddr 10.40.0.10 ct original ip daddr 10.50.0.10 ct protocol tcp ct original proto-dst 22 return comment "vault/control-error-v4"'`,
    /inet jeda_window vault\/control-error-v4: the rule is "ct state established,related/,
  ),
  edge(
    "a rule under the name of another",
    "nft 'insert rule inet jeda forward ip saddr 10.30.0.9 accept comment \"lateral/replies\"'",
    /inet jeda forward\/unmanaged(-\d)?: a rule was added \("ip saddr 10\.30\.0\.9 accept"\)/,
  ),
  edge(
    "a map",
    "nft 'add map inet jeda_window ways { type ipv4_addr : verdict; }'",
    /inet jeda_window ways: an unmanaged map was added/,
  ),
  edge(
    "a chain before all others",
    "nft 'add chain inet jeda early { type filter hook prerouting priority -400; }; add rule inet jeda early accept'",
    /inet jeda early: an unmanaged chain was added, with 1 rules/,
  ),
  edge(
    "a named counter",
    "nft 'add counter inet jeda passed'",
    /inet jeda passed: an unmanaged counter was added/,
  ),
  edge(
    "a set that holds next to nothing",
    "nft list table inet jeda_window >/root/w; { echo 'delete table inet jeda_window'; awk '{ print } /set isolated_v4/ { getline; print; print \"size 16\" }' /root/w; } | nft -f -",
    /inet jeda_window isolated_v4: the set is ".*size 16(;.*)?", wanted/,
  ),
  edge(
    "an element with a timeout of nothing",
    "nft 'add element inet jeda_window isolated_v4 { 10.30.0.128/25 timeout 0s }'",
    /lease isolated_v4 10\.30\.0\.128\/25 \(10\.30\.0\.128\/25\) (has no end|was put there by hand)/,
  ),
  backup(
    "a byte of Node, at the same size and time",
    "touch -r /opt/jeda/node /tmp/when; printf x | dd of=/opt/jeda/node bs=1 seek=1000000 conv=notrunc 2>/dev/null; touch -r /tmp/when /opt/jeda/node",
    /\/opt\/jeda\/node is not what was installed/,
  ),
];

/** Ways around, in front of and below the tables. */
export const networkEdits: readonly HandEdit[] = [
  {
    ...edge("a table at the same priority", "", /foreign table inet beside: f hooks forward at priority -20/),
    ...table(
      "add table inet beside; add chain inet beside f { type filter hook forward priority -20; }",
      "inet beside",
    ),
  },
  {
    ...edge(
      "addresses rewritten",
      "",
      /foreign table ip reroute: PREROUTING hooks prerouting at priority -100/,
    ),
    ...table(
      "add table ip reroute; add chain ip reroute PREROUTING { type nat hook prerouting priority dstnat; }; add rule ip reroute PREROUTING tcp dport 8888 redirect to 22",
      "ip reroute",
    ),
  },
  {
    ...edge(
      "packets that no state is kept of",
      "",
      /foreign table ip raw: PREROUTING hooks prerouting at priority -300/,
    ),
    ...table(
      "add table ip raw; add chain ip raw PREROUTING { type filter hook prerouting priority raw; }; add rule ip raw PREROUTING tcp dport 8888 notrack",
      "ip raw",
    ),
  },
  edge(
    "a route",
    "ip route add 198.51.100.0/24 via 10.20.0.20",
    /route IPv4 198\.51\.100\.0\/24 via 10\.20\.0\.20 dev adm0 was added since this was applied/,
    "ip route del 198.51.100.0/24",
  ),
  edge(
    "a route to nowhere",
    "ip -6 route add blackhole 2001:db8:30::77/128",
    /route IPv6 blackhole 2001:db8:30::77 .*was added since/,
    "ip -6 route del blackhole 2001:db8:30::77/128",
  ),
  edge(
    "an interface over a segment's",
    "ip link add link adm0 name side0 type macvlan mode bridge",
    /interface side0 was added since this was applied: off over adm0/,
    "ip link del side0",
  ),
  edge(
    "a tunnel",
    "ip link add tun9 type veth peer name tun9p",
    /interface tun9 was added since/,
    "ip link del tun9",
  ),
  edge(
    "an address",
    "ip address add 10.30.0.2/24 dev guest0",
    /address 10\.30\.0\.2\/24 on guest0 was added/,
    "ip address del 10.30.0.2/24 dev guest0",
  ),
  edge(
    "answers for others (ARP)",
    "echo 1 >/proc/sys/net/ipv4/conf/guest0/proxy_arp",
    /net\.ipv4\.conf\.guest0\.proxy_arp is 1, was 0 when this was applied/,
    "echo 0 >/proc/sys/net/ipv4/conf/guest0/proxy_arp",
  ),
  edge(
    "a neighbour that stays",
    "ip neigh add 10.30.0.66 lladdr 02:00:00:00:00:66 dev guest0 nud permanent",
    /neighbour 10\.30\.0\.66 on guest0 was added since this was applied: 02:00:00:00:00:66/,
    "ip neigh del 10.30.0.66 dev guest0",
  ),
  edge(
    "a queue that loses packets",
    "tc qdisc add dev guest0 root bfifo limit 3000",
    /qdisc guest0 is bfifo, was noqueue when this was applied/,
    "tc qdisc del dev guest0 root",
  ),
  backup(
    "the backup host as a router",
    "echo 1 >/proc/sys/net/ipv4/ip_forward",
    /net\.ipv4\.ip_forward is 1, was 0 when this was applied/,
    "echo 0 >/proc/sys/net/ipv4/ip_forward; for c in /proc/sys/net/ipv4/conf/*; do echo 0 >$c/accept_redirects; done",
  ),
  backup(
    "a route of the backup host",
    "ip route add 10.10.0.0/24 via 10.50.0.77",
    /route IPv4 10\.10\.0\.0\/24 via 10\.50\.0\.77 dev eth0 was added/,
    "ip route del 10.10.0.0/24",
  ),
];

/** What a boot, a timer or a login depends on. */
export const hostEdits: readonly HandEdit[] = [
  file(edge, "/etc/nftables.conf", "flush ruleset"),
  file(edge, "/etc/cron.d/tidy", "* * * * * root nft flush ruleset"),
  file(edge, "/etc/systemd/system/tidy.timer", "[Timer]"),
  file(edge, "/etc/ssh/sshd_config", "# Match user root"),
  file(edge, "/etc/sysctl.d/90-tidy.conf", "net.ipv4.ip_forward = 0"),
  file(edge, "/root/.ssh/rc", "true"),
  file(edge, "/home/probe/.ssh/authorized_keys", "# another"),
  edge(
    "another key that gets in",
    `echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFqaNoBT2KdWT7bNDn3qyYgoAbL6JVw2ykHS8EoPfa1w friend' >>/root/.ssh/authorized_keys`,
    /login by key SHA256:\S+ \(friend\) was added since this was applied: unrestricted/,
    "sed -i '/ friend$/d' /root/.ssh/authorized_keys",
  ),
  edge(
    "a second root",
    "cp -p /etc/passwd /root/passwd; echo 'toor:x:0:0::/root:/bin/sh' >>/etc/passwd",
    /account toor was added since this was applied: uid 0 with \/bin\/sh/,
    "mv /root/passwd /etc/passwd",
  ),
  edge(
    "a file beside the script",
    "touch /usr/local/lib/jeda/edge.old",
    /\/usr\/local\/lib\/jeda\/edge\.old was not put there by jeda/,
    "rm /usr/local/lib/jeda/edge.old",
  ),
  edge(
    "something mounted over jeda's directory",
    "mount --bind /etc/jeda /etc/jeda",
    /mount \/etc\/jeda was added since this was applied/,
    "umount /etc/jeda",
  ),
  edge(
    "another nft",
    "cp -p /usr/sbin/nft /root/nft; printf '#!/bin/sh\\nexec /root/nft \"$@\"\\n' >/root/other; cat /root/other >/root/nft.sh; chmod 755 /root/nft.sh; mv /root/nft.sh /usr/sbin/nft",
    /program nft is \/usr\/sbin\/nft with the hash \w{12}, was \/usr\/sbin\/nft of its package when/,
    "mv /root/nft /usr/sbin/nft",
  ),
  file(backup, "/etc/hosts", "10.20.0.66 files.internal"),
  file(backup, "/etc/ssh/ssh_config", "# Host edge-window"),
  file(backup, "/root/.ssh/known_hosts", "# another"),
  backup(
    "another restic in front",
    "mkdir -p /usr/local/sbin; printf '#!/bin/sh\\nexec /usr/local/bin/restic \"$@\"\\n' >/usr/local/sbin/restic; chmod 755 /usr/local/sbin/restic",
    /program restic is \/usr\/local\/sbin\/restic with the hash \w{12}, was \/usr\/local\/bin\/restic/,
    "rm /usr/local/sbin/restic",
  ),
  edge(
    "the way to the script",
    "chmod 777 /usr/local/lib",
    /directory \/usr\/local\/lib is mode and owner 777 0:0, was mode and owner 755 0:0/,
    "chmod 755 /usr/local/lib",
  ),
];
