# --- reading back: the site's network, to be compared with what it was when the policy was applied ---

# "site network kind KIND" says that a kind was looked at, "site network KIND NAME<tab>VALUE" is one of it. Each is
# read whole, and what moves by itself is left out: interfaces that containers, virtual machines and dial-in lines make
# and lose, counters, timers, and what DHCP, router advertisements and daemons enter.
hex='[0-9a-f][0-9a-f][0-9a-f]'
passing="^(veth|vnet|tap[0-9]+i|fw(br|pr|ln)|cali|lxc|ppp|br-$hex$hex$hex$hex\$)"

# site_lines SIDE KIND...: of standard input, lines "KIND NAME<tab>VALUE".
site_network() {
  if command -v ip >/dev/null 2>&1; then
    site_said network "interface address route rule neighbour nexthop transform label"
    site_interfaces
    site_addresses
    site_routes
    site_rules
    site_neighbours
    ip nexthop show 2>/dev/null | grep -v ' proto ' | named_by 2 nexthop
    ip addrlabel show 2>/dev/null | named_by 2 label
    site_transforms
  fi
  ! command -v bridge >/dev/null 2>&1 || site_bridges
  ! command -v tc >/dev/null 2>&1 || site_queues
  site_said network "ipvs setting"
  awk '/^(TCP|UDP|SCTP|FWM) / { print "site network ipvs " $1 " " $2 "\t" $3 }' /proc/net/ip_vs 2>/dev/null || true
  site_settings
  if [ -e "$work/bpf" ]; then
    site_said network bpf
    # Those on hooks are told at every look.
    sed -n '/^bpf - IPv/d; s/^bpf - //; s/^bpf //; s/^\(.*\) \([0-9]*\)$/site network bpf \1\t\2 of them/p' "$work/bpf"
    find /sys/fs/bpf -mindepth 1 ! -type d ! -path '*/systemd/*' 2>/dev/null | sed 's/.*/site network bpf &\tpinned/'
  fi
}

site_said() {
  for kind in $2; do echo "site $1 kind $kind"; done
}

# named_by WORDS KIND: the first words of a line are the name, the others what it is.
named_by() {
  awk -v words="$1" -v kind="$2" '{
    name = ""; value = ""
    for (i = 1; i <= NF; i++) if (i <= words) name = name " " $i; else value = value (value == "" ? "" : " ") $i
    print "site network " kind name "\t" value }'
}

# "is this daemon here": what it enters is its own.
runs() {
  daemons_here=${daemons_here:-$(cat /proc/[0-9]*/comm 2>/dev/null | sort -u)}
  printf '%s\n' "$daemons_here" | grep -qxE "$1"
}

# A bridge without an address of its own takes the lowest of its ports', a bond that of a slave.
site_interfaces() {
  grep -s '' /sys/class/net/*/addr_assign_type >"$work/own" || true
  { ip -d -o link show 2>/dev/null || ip -o link show; } | awk -v passing="$passing" -v types="$work/own" '
    BEGIN {
      while ((getline line < types) > 0) { split(line, part, /[\/:]/); own[part[5]] = part[7] }
      n = split("qdisc state promiscuity allmulti minmtu maxmtu numtxqueues numrxqueues bridge_id designated_root " \
        "root_port root_path_cost topology_change topology_change_detected hello_timer tcn_timer topology_change_timer " \
        "gc_timer fdb_n_learned mcast_n_groups hold_timer message_age_timer forward_delay_timer topology_change_ack " \
        "config_pending port_id port_no designated_port designated_cost designated_bridge active_slave mii_status " \
        "link_failure_count perm_hwaddr usedbcqueuelen link-netnsid new-netnsid parentbus parentdev portid portname " \
        "switchid ad_aggregator_id ad_partner_mac ad_partner_key ad_actor_key ad_num_ports", moving, " ")
      for (i in moving) moves[moving[i]] = 1
    }
    {
      name = $2; sub(/:$/, "", name); on = name
      if (sub(/@.*/, "", name)) { sub(/.*@/, "", on); on = on ~ /^(if[0-9]+|NONE)$/ ? "" : " over " on } else on = ""
      if (name ~ passing) next
      flags = substr($3, 2, length($3) - 2); more = ""; master = ""
      bridge = / bridge forward_delay | bond mode / || (own[name] == 2)
      n = split(flags, flag, ",")
      for (i = 1; i <= n; i++) if (flag[i] ~ /^(PROMISC|NOARP|ALLMULTI|POINTOPOINT)$/) more = more " " flag[i]
      for (i = 4; i <= NF; i++) {
        sub(/\\$/, "", $i)
        if ($i == "") continue
        if ($i == "master") { master = " in " $(++i); continue }
        if ($i in moves || $i ~ /^(gso|gro|tso)_/) { i++; continue }
        if ($i ~ /^prog\/xdp/ && $(i + 1) == "id") { more = more " " $i; i += 2; continue }
        if ($i ~ /^link\// && bridge && own[name] != 3) { i += 3; continue }
        more = more " " $i
      }
      print "site network interface " name "\t" (flags ~ /(^|,)UP(,|$)/ ? "on" : "off") on master more }'
}

# Addresses with an end are those of DHCP and router advertisements; VRRP moves those of one host; the kernel gives an
# interface its own link-local one. That the loopback's is the kernel's too, iproute2 tells since Debian 13 only.
site_addresses() {
  moving=; ! runs 'keepalived|vrrpd|ucarp|corosync|pacemakerd' || moving='/(32|128)$'
  ip -o address show 2>/dev/null | awk -v passing="$passing" -v moving="$moving" '
    $2 ~ passing || / (dynamic|temporary|mngtmpaddr) / || / proto kernel_(ra|ll) / { next }
    $4 ~ /^fe80:.*ff:fe[0-9a-f][0-9a-f]:[0-9a-f]*\/64$/ || (moving != "" && $4 ~ moving) { next }
    {
      value = ""
      for (i = 5; i <= NF; i++) {
        if ($i ~ /^(valid_lft|preferred_lft)$/ || ($i == "scope" && $(i + 1) == "global") || ($i == "proto" && $(i + 1) == "kernel_lo")) { i++; continue }
        if ($i ~ /^(tentative|optimistic|dadfailed|secondary)$/ || $i ~ /\\$/ && $i == $2 "\\" || $i == "\\") continue
        value = value (value == "" ? "" : " ") $i
      }
      print "site network address " $4 " on " $2 "\t" value }'
}

# What the kernel and DHCP enter is theirs, and a daemon's where one runs; the rest was written by somebody.
site_routes() {
  daemons='kernel|ra|redirect|dhcp'
  ! runs 'bird6?|zebra|bgpd|ospf6?d|isisd|ripn?g?d|babeld|eigrpd|gobgpd|openr|exabgp' || daemons='[^b].*|b[^o].*'
  for family in inet inet6 mpls; do
    ip -f $family -o route show $([ $family = mpls ] || echo table all) 2>/dev/null | awk -v family=$family -v daemons="^($daemons)\$" -v passing="$passing" '
      BEGIN { family = family == "inet" ? "IPv4" : family == "inet6" ? "IPv6" : "MPLS" }
      {
        line = ""
        for (i = 1; i <= NF; i++) {
          if ($i == "proto" && $(i + 1) != "static" && $(i + 1) ~ daemons) next
          if ($i == "dev" && $(i + 1) ~ passing) next
          if ($i == "expires") next
          if ($i == "pref") { i++; continue }
          if ($i ~ /^(linkdown|dead|offload|rt_offload|trap|\\)$/) continue
          line = line " " $i
        }
        print "site network route " family line "\t" }'
  done
}

site_rules() {
  for family in 4 6; do
    ip -$family rule show 2>/dev/null | tr '\t' ' ' | sed "s/^/site network rule IPv$family /; s/ *\$/\t/"
  done
}

# Those that do not age: by hand, or of a protocol that says so. The kernel's own are of groups and of all.
site_neighbours() {
  ip -o neigh show nud all 2>/dev/null | awk -v passing="$passing" '
    $3 ~ passing || / proto (zebra|kernel)/ { next }
    / (PERMANENT|NOARP) *$/ || / (extern_learn|managed|proto) / {
      address = ""; more = ""
      for (i = 4; i <= NF; i++) if ($i == "lladdr") address = $(++i); else if ($i ~ /^(NOARP|extern_learn|managed|router)$/) more = more " " tolower($i)
      if (/ NOARP *$/ && (address ~ /^(01:00:5e|33:33|ff:ff)/ || address == "" || address ~ /^00:00:00:00/)) next
      print "site network neighbour " $1 " on " $3 "\t" address more }'
  for family in 4 6; do
    ip -$family -o neigh show proxy 2>/dev/null | awk '{ print "site network neighbour " $1 " on " $3 "\tproxy" }'
  done
}

# IPsec. Keys are hashed, never told. What a daemon for keys enters comes and goes with its tunnels.
site_transforms() {
  daemon=; ! runs 'charon.*|pluto|racoon|iked|starter' || daemon=yes
  ip -o xfrm policy show nosock 2>/dev/null | tr -d '\\' | awk -v daemon="$daemon" '
    daemon != "" && / tmpl / { next }
    {
      name = ""; value = ""
      for (i = 1; i <= NF; i++) if (i <= 6) name = name " " $i; else value = value (value == "" ? "" : " ") $i
      print "site network transform policy" name "\t" value }'
  [ -n "$daemon" ] || ip -o xfrm state show 2>/dev/null | tr -d '\\' | sed 's/anti-replay context.*seq 0x[^,]*, oseq 0x[^,]*, bitmap 0x[0-9a-f]*//' |
    while read -r line; do
      name=$(echo "$line" | awk '{ print $1, $2, $3, $4, $5, $6, $7, $8 }')
      echo "site network transform state $name	hash $(echo "$line" | sha256sum | cut -c 1-12)"
    done
}

site_bridges() {
  site_said network "forwarding vlan"
  bridge fdb show 2>/dev/null | awk -v passing="$passing" '
    $3 !~ passing && (/ (static|sticky|extern_learn|blackhole)( |$)/ || / dst /) && !/ proto zebra/ {
      value = ""
      for (i = 4; i <= NF; i++) if ($i !~ /^(offload|used|self)$/) value = value (value == "" ? "" : " ") $i
      print "site network forwarding " $1 " on " $3 "\t" value }'
  bridge vlan show 2>/dev/null | awk -v passing="$passing" '
    NR == 1 { next }
    /^[^ \t]/ { port = $1; $1 = "" }
    NF && port !~ passing { id = $1; $1 = ""; sub(/^ */, "", id); if (id == "") { id = $2; $2 = "" } gsub(/^ +| +$/, ""); print "site network vlan " id " on " port "\t" $0 }'
}

# How packets wait, and what takes them off their way before; the kernel's own numbers of queues count nothing.
site_queues() {
  site_said network "qdisc filter"
  tc qdisc show 2>/dev/null | awk -v passing="$passing" '
    {
      dev = ""; at = ""; value = ""
      for (i = 4; i <= NF; i++) {
        if ($i == "dev") dev = $(++i)
        else if ($i == "refcnt") i++
        else if ($i == "root") at = ""
        else if ($i == "parent") at = " under " $(++i)
        else value = value (value == "" ? "" : " ") $i
      }
      if (dev ~ passing) next
      if ($2 == "clsact" || $2 == "ingress") { at = " " $2; value = "" }
      print "site network qdisc " dev at "\t" $2
      if (value != "") print "site network qdisc " dev at " parameters\t" value }'
  tc qdisc show 2>/dev/null | awk -v passing="$passing" '
    $2 !~ /^(noqueue|mq|mqprio|pfifo_fast|pfifo|bfifo|fq_codel|fq|sfq|cake)$/ { for (i = 4; i < NF; i++) if ($i == "dev" && $(i + 1) !~ passing) print $(i + 1) }' |
    sort -u | while read -r name; do
    {
      tc class show dev "$name" | grep -vE '^class (mq|mqprio|fq_codel|fq|sfq|cake) '
      for way in root ingress egress; do tc filter show dev "$name" $way; done
    } >"$work/filters" 2>/dev/null || true
    [ ! -s "$work/filters" ] || echo "site network filter $name	classes and filters with the hash $(sha256sum <"$work/filters" | cut -c 1-12)"
  done
}

# The whole of net. but for keys, for what router advertisements set, and for what the kernel counts or takes from its
# memory and modules; of the rest what lets somebody into a host or keeps it down.
site_settings() {
  (
    cd /proc/sys
    grep -rs '' net || true
    grep -s '' kernel/core_pattern kernel/modprobe kernel/hotplug kernel/poweroff_cmd kernel/modules_disabled \
      kernel/kexec_load_disabled kernel/unprivileged_bpf_disabled kernel/unprivileged_userns_clone kernel/panic \
      kernel/panic_on_oops kernel/sysrq kernel/hostname kernel/randomize_va_space kernel/yama/ptrace_scope \
      fs/protected_* fs/suid_dumpable vm/panic_on_oom /dev/null || true
  ) | awk -v passing="$passing" '
    {
      at = index($0, ":"); name = substr($0, 1, at - 1); value = substr($0, at + 1); gsub("\t", " ", value)
      if (name ~ /_count$|_entries$|fastopen_key|stable_secret|rss_key|_available_|allowed_congestion|tcp_mem$|udp_mem$|sctp_mem$|sunrpc\/transports/) next
      if (name ~ /^net\/ipv6\/(conf\/[^\/]*\/(mtu|hop_limit)|neigh\/[^\/]*\/(base_reachable|retrans)_)/) next
      split(name, part, "/")
      if ((part[3] == "conf" || part[3] == "neigh") && part[4] ~ passing) next
      if (name == last) { text = text " " value; next }
      if (last != "") print "site network setting " shown "\t" text
      # An interface that has a dot in its name keeps it.
      last = name; shown = name; gsub("/", ".", shown); text = value
    }
    END { if (last != "") print "site network setting " shown "\t" text }'
}

