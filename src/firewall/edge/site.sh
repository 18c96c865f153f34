# --- reading back: what is the site's, to be compared with what it was when the policy was applied ---

# "site SIDE kind KIND" says that a kind was looked at, "site SIDE KIND NAME<tab>VALUE" is one of it. Interfaces that
# containers, virtual machines and dial-in lines make and lose by themselves are left out.
passing='^(veth|vnet|cali|lxc|ppp)'

site() {
  if command -v ip >/dev/null 2>&1; then
    for kind in interface address route neighbour; do echo "site network kind $kind"; done
    site_interfaces
    site_addresses
    site_routes
    site_neighbours
  fi
  if command -v tc >/dev/null 2>&1; then
    echo "site network kind qdisc"
    tc qdisc show 2>/dev/null | awk -v passing="$passing" '
      { dev = ""; for (i = 3; i < NF; i++) if ($i == "dev") dev = $(i + 1) }
      dev !~ passing && / (root|clsact|ingress) / { print "site network qdisc " dev (/ root / ? "" : " " $2) "\t" $2 }'
  fi
  echo "site network kind ipvs"
  awk '/^(TCP|UDP|SCTP|FWM) / { print "site network ipvs " $1 " " $2 "\t" }' /proc/net/ip_vs 2>/dev/null || true
  for kind in file directory account mount program; do echo "site host kind $kind"; done
  site_files
  awk -F: '$3 == 0 || $7 !~ /(nologin|false|sync)$/ { print "site host account " $1 "\tuid " $3 " with " $7 }' /etc/passwd
  awk '$2 ~ /^\/(etc|opt|usr\/local\/lib|var\/lib)(\/jeda|\/jeda\/.*)?$/ && $2 !~ /\/scratch/ { print "site host mount " $2 "\t" $3 }' /proc/self/mounts
  site_programs
}

site_interfaces() {
  ip -o link show 2>/dev/null | awk -v passing="$passing" '{
    name = $2; sub(/:$/, "", name); on = name
    if (sub(/@.*/, "", name)) { sub(/.*@/, "", on); on = on ~ /^(if[0-9]+|NONE)$/ ? "" : " over " on } else on = ""
    if (name ~ passing) next
    more = ""
    for (i = 4; i < NF; i++) {
      if ($i == "master") more = more " in " $(i + 1)
      if ($i ~ /^xdp/) more = more " with " $i
    }
    print "site network interface " name "\t" ($3 ~ /[<,]UP[,>]/ ? "on" : "off") on more }'
}

# Addresses of one host only go from one edge to the other by VRRP.
site_addresses() {
  ip -o address show scope global permanent 2>/dev/null | awk -v passing="$passing" '
    $2 !~ passing && $4 !~ /\/(32|128)$/ { print "site network address " $4 " on " $2 "\t" }'
}

# What the kernel, DHCP and routing daemons enter is theirs; what is left was written by somebody.
site_routes() {
  for family in 4 6; do
    ip -$family -o route show table all 2>/dev/null | awk -v family="$family" -v passing="$passing" '{
      line = ""
      for (i = 1; i <= NF; i++) {
        if ($i == "proto" && $(i + 1) != "static") next
        if ($i == "dev" && $(i + 1) ~ passing) next
        if ($i == "expires" || $i == "pref") { i++; continue }
        if ($i == "linkdown" || $i == "dead" || $i == "\\") continue
        line = line " " $i
      }
      print "site network route IPv" family line "\t" }'
  done
}

site_neighbours() {
  ip -o neigh show nud permanent 2>/dev/null | awk -v passing="$passing" '
    $3 !~ passing { for (i = 4; i < NF; i++) if ($i == "lladdr") print "site network neighbour " $1 " on " $3 "\t" $(i + 1) }'
  for family in 4 6; do
    ip -$family -o neigh show proxy 2>/dev/null | awk '{ print "site network neighbour " $1 " on " $3 "\tproxy" }'
  done
}

# What a boot, a timer, a login or the name of a host depends on. Of a link its target counts, of a file its content
# and who may write it. Private keys are not read.
watched="/etc/nftables.conf /etc/nftables.d /etc/nftables /etc/sysconfig/nftables.conf /etc/iptables /etc/ufw /etc/firewalld
  /etc/sysctl.conf /etc/sysctl.d /etc/modprobe.d /etc/modules-load.d /etc/udev/rules.d /etc/network /etc/netplan
  /etc/systemd/network /etc/NetworkManager /etc/networkd-dispatcher /etc/ssh /etc/pam.d /etc/sudoers /etc/sudoers.d
  /etc/hosts /etc/resolv.conf /etc/nsswitch.conf /etc/ld.so.preload /etc/ld.so.conf /etc/ld.so.conf.d /etc/environment
  /etc/crontab /etc/anacrontab /etc/cron.d /etc/cron.hourly /etc/cron.daily /etc/cron.weekly /etc/cron.monthly
  /var/spool/cron /etc/systemd/system /etc/init.d /etc/rc.local /etc/rc.d /etc/rcS.d /etc/runit /etc/s6 /etc/profile
  /etc/profile.d /etc/bash.bashrc /run/systemd/transient/*.timer"

site_files() {
  home=${HOME:-/root}
  watched="$watched $home/.bashrc $home/.ssh/config $home/.ssh/rc $home/.ssh/environment"
  # An edge is a place to go on from; the backup host goes nowhere but where jeda goes.
  [ "$mode" != host ] || watched="$watched $home/.ssh/known_hosts"
  # The account's own keys are told one by one.
  others=$(awk -F: -v own="$home" '$6 ~ /^\/./ && $6 != own { print $6 "/.ssh/authorized_keys" }' /etc/passwd | sort -u)
  # shellcheck disable=SC2086
  find $watched $others \( -type f -o -type l \) ! -name 'ssh_host_*_key' ! -name moduli ! -name '*.dpkg-*' \
    ! -path '*/jeda-window-*' ! -path '*/jeda-boot.service' 2>/dev/null >"$work/watched" || true
  {
    tr '\n' '\0' <"$work/watched" | xargs -0 -r stat -c 'mode %a %u:%g %n' 2>/dev/null || true
    while read -r path; do [ ! -L "$path" ] || echo "link $(readlink "$path") $path"; done <"$work/watched"
    tr '\n' '\0' <"$work/watched" | xargs -0 -r sha256sum 2>/dev/null | sed 's/^/sum /' || true
  } | awk '
    $1 == "mode" { path = $0; sub(/^mode [^ ]* [^ ]* /, "", path); mode[path] = $2 " " $3 }
    $1 == "link" { path = $0; sub(/^link [^ ]* /, "", path); link[path] = $2 }
    $1 == "sum" { path = $0; sub(/^sum [^ ]*  /, "", path); sum[path] = substr($2, 1, 12) }
    END { for (path in mode) print "site host file " path "\t" (path in link ? "a link to " link[path] : sum[path] " " mode[path]) }'
  # Whoever may write in one of these may put another directory in the place of jeda's.
  for path in "${place%/*}" "$etc" /opt/jeda /var/lib/jeda "$home/.ssh/."; do
    while [ "$path" != "" ]; do
      path=${path%/*}
      echo "${path:-/}"
    done
  done | sort -u | while read -r path; do
    [ ! -d "$path" ] || echo "site host directory $path	mode and owner $(stat -c '%a %u:%g' "$path")"
  done
  for path in "${place%/*}"/*; do
    case ${path##*/} in edge | firewall | '*') ;; *) echo "site host stray $path" ;; esac
  done
}

# The programs that jeda runs: whether each is the one of its package, else its hash.
site_programs() {
  programs="sh nft ip sshd"
  path=$PATH
  if [ "$mode" = host ]; then
    programs="$programs restic rclone mount mount.cifs fusermount3 mariadb mariadb-dump mariadbd ssh setpriv unshare nsenter"
    path=/usr/local/sbin:/usr/local/bin:$PATH
  fi
  for name in $programs; do
    found=$(PATH=$path command -v "$name") || continue
    case $found in /*) ;; *) continue ;; esac
    real=$(readlink -f "$found")
    sum=$(md5sum <"$real" | cut -d ' ' -f 1)
    if grep -qsF "$sum  ${real#/}" /var/lib/dpkg/info/*.md5sums || grep -qsF "$sum  ${real#/usr/}" /var/lib/dpkg/info/*.md5sums; then
      state="of its package"
    else
      state="with the hash $(sha256sum <"$real" | cut -c 1-12)"
    fi
    echo "site host program $name	$found $state"
  done
}

