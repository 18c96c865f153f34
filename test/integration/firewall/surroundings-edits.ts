/** What somebody does by hand to a host, and what moves on it by itself. A host of one's own: /etc and the like are its. */

export interface Edit {
  readonly by: string;
  /** What the line that names it holds. */
  readonly found: RegExp;
}
const edit = (by: string, found: RegExp): Edit => ({ by, found });
const file = (path: string, line = "# by hand"): Edit =>
  edit(
    `mkdir -p ${path.replace(/\/[^/]*$/, "")}; echo '${line}' >>${path}`,
    new RegExp(`^file ${path.replaceAll(".", "\\.")} (was added since|is not what it was)`),
  );
const program = (name: string): Edit =>
  edit(
    `printf '#!/bin/sh\\nexec /bin/true\\n' >/usr/local/bin/${name}; chmod 755 /usr/local/bin/${name}`,
    new RegExp(`^file /usr/local/bin/${name} was added`),
  );
const setting = (key: string, value: string): Edit =>
  edit(`echo ${value} >/proc/sys/${key}`, new RegExp(`^${key.replaceAll("/", "\\.")} is ${value}, was`));

export const edits: readonly Edit[] = [
  edit("ip link set clin0 mtu 1400", /^interface clin0 is mtu 1400, was mtu 1500/),
  edit(
    "ip link set adm0 address 02:00:00:00:00:77",
    /^interface adm0 is link\/ether 02:00:00:00:00:77, was link\/ether/,
  ),
  edit("ip link set guest0 arp off", /^interface guest0 is .*NOARP, was/),
  edit("ip link set wan0 promisc on", /^interface wan0 is .*PROMISC, was/),
  edit("ip link set ops0 down", /^interface ops0 is off, was on|^interface ops0 is off/),
  edit(
    "ip link add side0 link adm0 type macvlan mode bridge",
    /^interface side0 was added .*off over adm0 .*macvlan mode bridge/,
  ),
  edit("ip address add 10.30.9.9/32 dev guest0", /^address 10\.30\.9\.9\/32 on guest0 was added/),
  edit(
    "ip address add 169.254.7.7/16 scope link dev guest0",
    /^address 169\.254\.7\.7\/16 on guest0 was added .*scope link/,
  ),
  edit(
    "ip neigh replace 10.10.0.10 lladdr 02:00:00:00:00:66 dev clin0 nud noarp",
    /^neighbour 10\.10\.0\.10 on clin0 was added .*02:00:00:00:00:66 noarp/,
  ),
  edit("ip neigh add proxy 10.10.0.11 dev clin0", /^neighbour 10\.10\.0\.11 on clin0 was added .*proxy/),
  edit(
    "ip route add 198.51.100.0/24 via 10.20.0.20",
    /^route IPv4 198\.51\.100\.0\/24 via 10\.20\.0\.20 dev adm0 was added/,
  ),
  edit("ip route add prohibit 192.0.2.0/24 table 77", /^route IPv4 prohibit 192\.0\.2\.0\/24 table 77/),
  edit(
    "ip route add 203.0.113.128/25 via 10.20.0.20 proto 99",
    /^route IPv4 203\.0\.113\.128\/25 .*was added/,
  ),
  edit(
    "ip rule add from 10.20.0.9 lookup 77",
    /^routing rule IPv4 \d+: from 10\.20\.0\.9 lookup 77 was added/,
  ),
  edit("ip nexthop add id 5 via 10.20.0.21 dev adm0", /^nexthop id 5 was added/),
  edit(
    "ip xfrm policy add src 10.3.0.0/24 dst 10.4.0.0/24 dir fwd action block",
    /^IPsec policy src 10\.3\.0\.0\/24 .*dir fwd was added .*action block/,
  ),
  edit("ip addrlabel add prefix 2001:db8::/32 label 99", /^address label prefix 2001:db8::\/32 was added/),
  edit(
    "bridge fdb add 02:00:00:00:00:09 dev port0 master static",
    /^bridge entry 02:00:00:00:00:09 on port0 was added/,
  ),
  edit(
    "tc qdisc replace dev guest0 root tbf rate 1mbit burst 10kb latency 10ms",
    /^qdisc guest0 is tbf, was noqueue/,
  ),
  edit("tc qdisc add dev adm0 clsact", /^qdisc adm0 clsact was added since this was applied: clsact/),
  setting("net/ipv4/conf/clin0/send_redirects", "0"),
  setting("net/ipv4/ip_default_ttl", "7"),
  setting("net/ipv4/tcp_syncookies", "0"),
  setting("net/ipv6/conf/adm0/accept_ra", "0"),
  setting("net/ipv4/conf/guest0/arp_announce", "2"),
  setting("net/ipv4/neigh/adm0/gc_stale_time", "5"),
  setting("net/ipv4/ip_forward", "1"),
  file("/etc/hosts.deny", "ALL: ALL"),
  file("/etc/fstab", "/dev/sdz / ext4 ro 0 1"),
  file("/etc/ppp/ip-up.d/tidy"),
  file("/etc/apt/apt.conf.d/99tidy"),
  file("/etc/rc2.d/S99tidy"),
  file("/etc/cron.d/tidy"),
  file("/etc/systemd/system/tidy.timer"),
  file("/etc/systemd/system/ssh.service.d/tidy.conf"),
  file("/etc/profile.d/tidy.sh"),
  file("/etc/pam.d/common-auth"),
  file("/etc/bash.bashrc"),
  file("/etc/host.conf"),
  file("/root/.bash_login"),
  file("/root/.my.cnf", "[client]"),
  file("/root/.ssh/rc"),
  file("/run/systemd/system/tidy.service"),
  file("/usr/local/lib/systemd/system/tidy.service"),
  edit(
    "ln -s /bin/true /etc/systemd/system/multi-user.target.wants/tidy.service",
    /^file \/etc\/systemd\/system\/multi-user.target.wants\/tidy.service was added/,
  ),
  edit("chmod 666 /etc/services", /^file \/etc\/services has mode and owner 666 0:0/),
  edit(
    "chmod 600 /etc/host.conf.own",
    /^file \/etc\/host\.conf\.own (has mode and owner 600 0:0|is not what it was)/,
  ),
  edit("rm /etc/deluser.conf", /^file \/etc\/deluser\.conf is gone/),
  edit("ln -sf /bin/true /etc/alternatives/pager", /^file \/etc\/alternatives\/pager is not what it was/),
  edit(
    "printf '#!/bin/sh\\nexec /usr/bin/mawk \"$@\"\\n' >/usr/bin/awk.new; chmod 755 /usr/bin/awk.new; mv /usr/bin/awk.new /usr/bin/awk",
    /^program awk is \/usr\/bin\/awk with the hash \w{12}, was \/usr\/bin\/awk /,
  ),
  edit("chmod 777 /etc/cron.daily", /^directory \/etc\/cron\.daily was added .*777 0:0/),
  edit("echo tidy:x:0:0::/root:/bin/sh >>/etc/passwd", /^account tidy was added .*uid 0 with \/bin\/sh/),
  edit("sed -i 's/^games:[^:]*:/games::/' /etc/shadow", /^account games is .*no password/),
  edit("sed -i 's/^adm:x:4:.*/adm:x:4:games/' /etc/group", /^group adm is gid 4 of games/),
  edit(
    "mount -t tmpfs none /run/jeda-repository 2>/dev/null || { mkdir -p /run/jeda-repository; mount -t tmpfs none /run/jeda-repository; }",
    /^mount \/run\/jeda-repository was added .*tmpfs/,
  ),
  edit(
    "sed -i 's/^tape:[^:]*::/tape:!:games:games/' /etc/gshadow",
    /^group tape is .*, of games in gshadow, administered by games/,
  ),
  edit(
    "sed -i '/^jeda-repository:/d' /etc/passwd; echo 'jeda-repository:x:991:991::/nonexistent:/bin/sh' >>/etc/passwd",
    /^account jeda-repository was added .*with \/bin\/sh/,
  ),
  edit(
    "cp /bin/true /usr/local/bin/root-net; setcap cap_net_admin+ep /usr/local/bin/root-net",
    /^setuid \/usr\/local\/bin\/root-net capabilities was added .*cap_net_admin/,
  ),
  edit(
    "cp /bin/true /usr/local/bin/root-shell; chmod 4755 /usr/local/bin/root-shell",
    /^setuid \/usr\/local\/bin\/root-shell was added/,
  ),
  program("openssl"),
  program("find"),
  program("chown"),
  edit(
    "cp /bin/true /root/flock; mount --bind /root/flock /usr/bin/flock",
    /^program flock is \/usr\/bin\/flock with the hash \w{12}, was \/usr\/bin\/flock of its package/,
  ),
  edit("touch /usr/bin/aaa-new; chmod 755 /usr/bin/aaa-new", /^file \/usr\/bin\/aaa-new was added/),
];

/** A day in which nobody touched anything. */
export const daily: readonly string[] = [
  // Of /run, what is not jeda's: a login's directory, a lab on the same machine.
  "for at in user/1000 jeda-lab/other; do mkdir -p /run/$at; mount -t tmpfs none /run/$at; done",
  "echo x >>/var/log/auth.log; : >/etc/mtab.new; rm /etc/mtab.new",
  "touch /etc/hosts /etc/passwd",
  "cp /etc/passwd /etc/passwd-; cp /etc/group /etc/group-; : >/etc/.pwd.lock",
  "echo cache >/etc/ld.so.cache",
  "echo 0.0 >/etc/adjtime",
  "echo x >/etc/cron.d/x.dpkg-new; rm /etc/cron.d/x.dpkg-new; echo x >/etc/y.dpkg-old",
  "ip link add veth7 type veth peer name veth8; ip link set veth7 up; ip address add 172.17.0.9/16 dev veth7",
  "ip link add br-0123456789ab type bridge; ip link set br-0123456789ab up; ip address add 172.18.0.1/16 dev br-0123456789ab",
  "ip link set veth7 master sw0; sleep 0.1; ip link set veth7 nomaster",
  "ip neigh replace 10.20.0.20 lladdr 02:00:00:00:00:20 dev adm0 nud reachable",
  "ip address add 10.20.0.77/24 dev adm0 valid_lft 600 preferred_lft 600",
  "ip route add default via 10.20.0.20 proto dhcp metric 900",
  "ip -6 route add 2001:db8:77::/64 dev adm0 proto ra",
  "ip -6 route add 2001:db8:78::/64 dev adm0 expires 60",
  "echo 1400 >/proc/sys/net/ipv6/conf/adm0/mtu; echo 33 >/proc/sys/net/ipv6/conf/adm0/hop_limit",
  "sed -i '/^ \\/etc\\/adduser.conf /s/ [0-9a-f]*$/ '$({ cat /etc/adduser.conf; echo '# newer'; } | md5sum | cut -c 1-32)/ /var/lib/dpkg/status; echo '# newer' >>/etc/adduser.conf",
  "echo other >>/root/.bash_history; echo x >/root/.viminfo",
  "tc qdisc show >/dev/null; ip link set adm0 txqueuelen 1000",
  "ip neigh add 10.30.0.5 lladdr 02:00:00:00:00:05 dev guest0 nud stale",
];
