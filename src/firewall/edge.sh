#!/bin/sh
# What an edge runs for jeda: nothing but nft, sh and sshd. Each of the three SSH keys has it as forced command,
#   restrict,command="/usr/local/lib/jeda/edge read|window|policy"
# and the verb comes in SSH_ORIGINAL_COMMAND. `edge boot` loads the confirmed policy before forwarding starts;
# `edge host VERB` is the same for the backup host's own table, from a root shell. The answer is one line of
# JSON; docs/edge-protocol.md describes the verbs. POSIX sh, plus flock, unshare and sha256sum of util-linux and
# coreutils.
set -eu
umask 077
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

# Tests move the two directories. Over SSH nobody can: the environment is the client's word there.
if [ -n "${SSH_CONNECTION:-}" ]; then
  run=/run/jeda
  etc=/etc/jeda
else
  run=${JEDA_RUN:-/run/jeda}
  etc=${JEDA_ETC:-/etc/jeda}
fi
work=
tab=$(printf '\t')
lease_sets="isolated_if isolated_v4 isolated_v6 vault_open"

# --- answers ---------------------------------------------------------------------------------------------

# A file's text as a JSON string.
json_text() {
  printf '"'
  tr -d '\000-\010\013-\037\177' <"$1" | sed "s/\\\\/\\\\\\\\/g; s/\"/\\\\\"/g; s/$tab/\\\\t/g; s/\$/\\\\n/" | tr -d '\n'
  printf '"'
}

json_words() {
  printf '%s\n' "$1" | tr -d '\000-\010\013-\037\177' | sed "s/\\\\/\\\\\\\\/g; s/\"/\\\\\"/g; s/$tab/ /g" | tr '\n' ' ' | cut -c 1-600 | sed 's/ *$//'
}

refuse() {
  # The first standard output, wherever this is called from.
  printf '{"ok":false,"code":"%s","message":"%s"}\n' "$1" "$(json_words "$2")" >&3
  exit 3
}

leave() {
  [ -z "$work" ] || rm -rf "$work"
}

# --- the edge's clocks and its fence -----------------------------------------------------------------------

boot_id() {
  cat /proc/sys/kernel/random/boot_id
}

# Milliseconds since boot, in steps of 10.
boot_ms() {
  read -r up _ </proc/uptime
  whole=${up%.*}
  part=${up#*.}
  echo $((whole * 1000 + (1$part - 100) * 10))
}

wall_ms() {
  wall=$(date +%s%3N)
  case $wall in
  *[!0-9]*) wall=$(date +%s)000 ;;
  esac
  echo "$wall"
}

# The newer of the two: what was raised stands after a reboot too, or a window that is still alive would isolate
# again what somebody has released.
fence() {
  newest=0
  for kept in "$run/fence" "$etc/fence"; do
    stored=0
    [ ! -r "$kept" ] || read -r stored <"$kept" || stored=0
    is_number "$stored" || stored=0
    [ "$stored" -le "$newest" ] || newest=$stored
  done
  echo "$newest"
}

raise_fence() {
  echo "$1" >"$work/fence"
  mv "$work/fence" "$run/fence"
}

# After the change that it guards: a slow disk, or one that takes nothing, must not hold up a release.
keep_fence() {
  mkdir -p "$etc" 2>/dev/null && { fence >"$etc/.fence" && sync "$etc/.fence" && mv "$etc/.fence" "$etc/fence"; } 2>/dev/null || true
}

clock_json() {
  printf '{"bootId":"%s","bootMs":%s,"wallMs":%s,"fence":%s}' "$(boot_id)" "$(boot_ms)" "$(wall_ms)" "$(fence)"
}

# --- input -------------------------------------------------------------------------------------------------

# No leading zero: $((010)) is 8.
is_number() {
  case $1 in
  0) return 0 ;;
  '' | 0* | *[!0-9]*) return 1 ;;
  esac
  [ ${#1} -le 15 ]
}

need_number() {
  is_number "$2" || refuse input "$1 must be a whole number, not '$2'"
}

# Everything is read before the lock is taken and before a timeout is computed: a connection that stalls in the
# middle must not hold the edge, and its words must not count from an old moment.
read_input() {
  head -c 8388609 >"$work/stdin"
  [ "$(wc -c <"$work/stdin")" -le 8388608 ] || refuse input "more than 8 MiB of input"
}

complete_input() {
  [ "$(tail -n 1 "$work/stdin")" = "#jeda end" ] || refuse input "the input was cut short: its last line is not '#jeda end'"
}

# "#jeda NAME" starts the section NAME; its text goes to the file section.NAME, or with "#jeda then" to
# section.NAME.2 and so on: one transaction each.
split_input() {
  awk -v dir="$work" '
    /^#jeda then$/ { if (file == "") exit 1; step++; file = base "." step; printf "" > file; next }
    /^#jeda end$/ { file = ""; next }
    /^#jeda [a-z_]+$/ { base = dir "/section." $2; step = 1; file = base ".1"; printf "" > file; next }
    { if (file == "") exit 1; print > file }
  ' "$work/stdin" || refuse input "text outside of a section"
}

take_lock() {
  exec 9>"$run/lock"
  flock -w 20 9 || refuse busy "another command has held $run/lock for 20 s"
  # From here on a lost connection must not stop half way between a change and its reading back.
  trap '' HUP PIPE
}

nft_do() {
  nft "$@" 2>"$work/nft.err" 9>&-
}

nft_said() {
  tr -s ' \t' ' ' <"$work/nft.err" | grep -v '^ *[\^~ ]*$' | head -n 4 || true
}

has_table() {
  nft list table inet "$1" >/dev/null 2>&1
}

# --- leases ------------------------------------------------------------------------------------------------

# "1d2h3m4s5ms", as nft prints a time, in milliseconds.
milliseconds='
  function milliseconds(text,   total, number) {
    total = 0
    while (match(text, /^[0-9]+/)) {
      number = substr(text, 1, RLENGTH) + 0; text = substr(text, RLENGTH + 1)
      if (sub(/^ms/, "", text)) total += number
      else if (sub(/^s/, "", text)) total += number * 1000
      else if (sub(/^m/, "", text)) total += number * 60000
      else if (sub(/^h/, "", text)) total += number * 3600000
      else if (sub(/^d/, "", text)) total += number * 86400000
      else break
    }
    return total
  }'

# Smallest default timeout of the lease sets: the site's maximum isolation. 0 when a set has none.
maximum_ms() {
  for set in $lease_sets; do
    nft -s list set inet jeda_window "$set" 2>/dev/null | awk "$milliseconds"'
      $1 == "timeout" && !seen { printf "%d\n", milliseconds($2); seen = 1 }
      END { if (!seen) print 0 }'
  done | sort -n | head -n 1
}

check_elements() {
  sed '$d' "$work/stdin" >"$work/elements"
  [ -s "$work/elements" ] || refuse input "no element"
  [ "$(wc -l <"$work/elements")" -le 20000 ] || refuse input "more than 20000 elements"
  bad=$(awk '
    NF == 2 && $1 == "isolated_if" && length($2) <= 15 && $2 ~ /^[A-Za-z0-9_.@-]+$/ { next }
    NF == 2 && $1 == "isolated_v4" && $2 ~ /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+(\/[1-9][0-9]?)?$/ { next }
    NF == 2 && $1 == "isolated_v6" && $2 ~ /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(\/[1-9][0-9]?[0-9]?)?$/ { next }
    NF == 2 && $1 == "vault_open" && ($2 == "ipv4" || $2 == "ipv6") { next }
    { print; exit }' "$work/elements")
  [ -z "$bad" ] || refuse input "not a set and a value that may be leased: '$bad'"
  sort -u "$work/elements" >"$work/sorted"
}

# One line "SET { a timeout Tms, b timeout Tms }" for each set; $1 is the text behind each value.
grouped() {
  awk -v suffix="$1" '
    function value(set, text) { return set == "isolated_if" ? "\"" text "\"" : text }
    $1 != last { if (last != "") print " }"; printf "%s { ", $1; last = $1; comma = "" }
    { printf "%s%s%s", comma, value($1, $2), suffix; comma = ", " }
    END { if (last != "") print " }" }' "$work/sorted"
}

# add, delete, add: never absent, renewed on every kernel, and it works when the element has just expired.
load_lease() {
  {
    grouped " timeout ${1}ms" | sed 's/^/add element inet jeda_window /'
    grouped "" | sed 's/^/delete element inet jeda_window /'
    grouped " timeout ${1}ms" | sed 's/^/add element inet jeda_window /'
  } >"$work/lease.nft"
  nft_do -f "$work/lease.nft"
}

# Prints "COUNT SHORTEST LONGEST" of the leased elements as the kernel holds them; an endless one counts as long.
# `nft get element` leaves out the time of a prefix, so the whole table is listed. Values are compared as text: they
# must come in nft's own form (no host bits; /32 and /128 are taken off).
read_lease() {
  nft list table inet jeda_window 9>&- | awk "$milliseconds"'
    function clean(text) { gsub(/["\t ]/, "", text); sub(/\/32$/, "", text); if (text ~ /:/) sub(/\/128$/, "", text); return text }
    FILENAME != "-" { wanted[$1 " " clean($2)] = 1; next }
    $1 == "set" { set = $2 }
    /[\t ]elements = \{/ { inside = 1; text = ""; sub(/.*elements = \{/, "") }
    inside { text = text $0 }
    inside && /\}/ {
      inside = 0
      sub(/\}.*/, "", text)
      n = split(text, part, ",")
      for (i = 1; i <= n; i++) {
        value = part[i]; sub(/ timeout .*/, "", value); sub(/ expires .*/, "", value)
        if (!((set " " clean(value)) in wanted)) continue
        ms = 1e12
        if (match(part[i], /expires [0-9a-z]+/)) ms = milliseconds(substr(part[i], RSTART + 8, RLENGTH - 8))
        if (!count || ms < shortest) shortest = ms
        if (!count || ms > longest) longest = ms
        count++
      }
    }
    END { printf "%.0f %.0f %.0f\n", count, shortest, longest }' "$work/sorted" -
}

# What was leased by way of this script: "BOOT_ID SET VALUE DEADLINE_BOOT_MS". An element that the kernel holds and
# that stands here with an earlier end, or not at all, is somebody's hand. Written before the kernel is asked: an
# element without a grant is a finding, a grant without an element is none.
grants() {
  [ ! -r "$run/grants" ] || awk -v boot="$(boot_id)" 'NF == 4 && $1 == boot { print $2, $3, $4 }' "$run/grants"
}

# grant DEADLINE_BOOT_MS, for the elements in $work/sorted; "grant 0" takes theirs away.
grant() {
  grants | awk -v deadline="$1" -v boot="$(boot_id)" '
    FILENAME != "-" { named[$1 " " $2] = 1; next }
    !(($1 " " $2) in named) { print boot, $0 }
    END { if (deadline > 0) for (one in named) print boot, one, deadline }' "$work/sorted" - >"$work/grants"
  mv "$work/grants" "$run/grants"
}

# A timeout of ours is never whole seconds: that tells an element of an old window, out of a ruleset that was saved
# and is loaded again, from one that somebody typed. A little shorter, never longer.
marked() {
  part=$(($1 % 1000))
  if [ "$part" -lt 100 ]; then echo $(($1 - part - 100)); elif [ "$part" -gt 900 ]; then echo $(($1 - part + 900)); else echo "$1"; fi
}

# What came out of a saved ruleset: "SET VALUE" of elements with a timeout of ours that nobody was granted in this
# boot, or that would outlive their grant.
revenants() {
  nft list table inet jeda_window 2>/dev/null 9>&- | awk -v boot="$(boot_id)" -v now="$(boot_ms)" "$milliseconds"'
    function clean(text) { gsub(/["\t ]/, "", text); return text }
    FILENAME != "-" { if ($1 == boot) { sub(/\/32$/, "", $3); if ($3 ~ /:/) sub(/\/128$/, "", $3); ends[$2 " " $3] = $4 }; next }
    $1 == "set" { set = $2 }
    /[\t ]elements = \{/ { inside = 1; text = ""; sub(/.*elements = \{/, "") }
    inside { text = text $0 }
    inside && /\}/ {
      inside = 0
      sub(/\}.*/, "", text)
      n = split(text, part, ",")
      for (i = 1; i <= n; i++) {
        if (part[i] !~ /timeout [0-9a-z]*[0-9]ms /) continue
        if (!match(part[i], /expires [0-9a-z]+/)) continue
        end = now + milliseconds(substr(part[i], RSTART + 8, RLENGTH - 8))
        value = part[i]; sub(/ timeout .*/, "", value)
        if (end > ends[set " " clean(value)] + 300) print set, clean(value)
      }
    }' "$run/grants" -
}

# watch: local only, begun with each lease and by none twice. Looks twice a second, without a change and without
# the lock, until no element of a saved ruleset could matter any more: the longest grant and the maximum after it.
verb_watch() {
  exec 8>"$run/watch"
  flock -n 8 || exit 0
  maximum=$(maximum_ms)
  while [ -e "$run/watch" ] && [ -e "$run/grants" ]; do
    last=$(awk -v boot="$(boot_id)" '$1 == boot && $4 > last { last = $4 } END { printf "%d\n", last }' "$run/grants" 2>/dev/null) || last=0
    [ "$(boot_ms)" -le $((${last:-0} + maximum)) ] || break
    if [ -n "$(revenants)" ]; then
      exec 9>"$run/lock"
      # Once more under the lock: a lease may just be under way.
      if flock -w 5 9; then
        revenants >"$work/named" || :
        (put_back) || :
      fi
      exec 9>&-
    fi
    sleep 0.5
  done
}

start_watch() {
  env -u SSH_ORIGINAL_COMMAND setsid "$self" watch </dev/null >/dev/null 2>&1 3>&- 9>&- &
}

drop_lease() {
  grant 0
  delete_elements
}

delete_elements() {
  grouped "" | while read -r set elements; do
    nft add element inet jeda_window "$set" "$elements" 2>/dev/null || true
    nft delete element inet jeda_window "$set" "$elements" 2>/dev/null || true
  done
}

# lease|renew BOOT_ID FENCE DEADLINE_BOOT_MS
verb_lease() {
  case $1 in
  *[!0-9a-f-]* | '') refuse input "not a boot id: '$1'" ;;
  esac
  need_number "fence" "$2"
  need_number "deadline" "$3"
  read_input
  complete_input
  check_elements
  take_lock
  [ "$1" = "$(boot_id)" ] || refuse boot "this edge has booted since: the lease is for another boot"
  current=$(fence)
  [ "$2" -ge "$current" ] || refuse fence "fence $2 is older than $current: the window was ended, aborted or released"
  has_table jeda_window || refuse table "table inet jeda_window is not loaded"
  [ "$2" -eq "$current" ] || raise_fence "$2"
  maximum=$(maximum_ms)
  [ "$maximum" -gt 0 ] || refuse table "a lease set is missing or has no default timeout"
  wanted=$(wc -l <"$work/sorted")
  if [ -n "$renewing" ]; then
    held=$(read_lease)
    # A lease that has ended is not begun again by somebody who was asleep meanwhile.
    [ "${held%% *}" -eq "$wanted" ] || refuse lapsed "the kernel holds ${held%% *} of $wanted elements: there is nothing to renew"
  fi
  late=0
  for attempt in 1 2 3 4 5 6; do
    # The boot clock has steps of 10 ms: counted as the later end, so that a lease is never late.
    left=$(($3 - $(boot_ms) - 10 - late))
    if [ "$left" -lt 1000 ]; then
      [ "$attempt" = 1 ] || drop_lease
      refuse deadline "$left ms are left until the deadline: nothing is leased below 1000 ms"
    fi
    [ "$left" -le "$maximum" ] || refuse maximum "$left ms are more than the site's maximum of $maximum ms"
    left=$(marked "$left")
    grant "$3"
    load_lease "$left" || { grant 0; refuse nft "$(nft_said)"; }
    for _reading in 1 2 3 4 5; do
      before=$(boot_ms)
      found=$(read_lease)
      after=$(boot_ms)
      # A listing that took long says little about when it was true.
      [ $((after - before)) -gt 300 ] || break
    done
    read -r count shortest longest <<EOF
$found
EOF
    if [ "$count" -ne "$wanted" ] || [ "$shortest" -lt $(($3 - after - 1000)) ]; then
      drop_lease
      refuse readback "the kernel holds $count of $wanted elements, the shortest for $shortest of $left ms: all were deleted"
    fi
    # Longer than asked only if this process stood still between computing and loading, as on a busy edge: once
    # more, then, and shorter by as much.
    if [ "$longest" -le $(($3 - before + 100)) ]; then
      [ "$2" -eq "$current" ] || keep_fence
      [ -n "$renewing" ] || start_watch
      printf '{"ok":true,"timeoutMs":%s,"clock":%s}\n' "$left" "$(clock_json)"
      return
    fi
    late=$((late + longest - ($3 - before)))
    [ "$late" -le 800 ] || late=800
  done
  drop_lease
  refuse readback "the elements would have outlived the deadline and were deleted"
}

# release FENCE: the fence first, so that nothing that is still on its way can isolate again.
verb_release() {
  need_number "fence" "$1"
  take_lock
  next=$(($(fence) + 1))
  [ "$1" -le "$next" ] || next=$1
  raise_fence "$next"
  end_grants "$lease_sets"
  flush_sets "$lease_sets"
  keep_fence
  printf '{"ok":true,"clock":%s}\n' "$(clock_json)"
}

# What was leased in these sets has ended now: an element that comes back is nobody's.
end_grants() {
  grants | awk -v boot="$(boot_id)" -v now="$(boot_ms)" -v sets=" $1 " '
    index(sets, " " $1 " ") && $3 > now { $3 = now }
    { print boot, $1, $2, $3 }' >"$work/grants"
  mv "$work/grants" "$run/grants"
}

verb_shut() {
  take_lock
  end_grants vault_open
  flush_sets vault_open
  printf '{"ok":true,"clock":%s}\n' "$(clock_json)"
}

# revoke: takes away what somebody's hand did to the elements named. What was leased goes back to its own end,
# without ever being absent; the rest is deleted.
verb_revoke() {
  read_input
  complete_input
  check_elements
  take_lock
  cp "$work/sorted" "$work/named"
  put_back
  printf '{"ok":true,"clock":%s}\n' "$(clock_json)"
}

# The elements in $work/named, each to its own end, or away.
put_back() {
  while read -r set value; do
    echo "$set $value" >"$work/sorted"
    deadline=$(grants | awk -v set="$set" -v value="$value" '$1 == set && $2 == value { print $3 }')
    left=$((${deadline:-0} - $(boot_ms) - 10))
    if [ "$left" -ge 1000 ]; then
      load_lease "$(marked "$left")" || refuse nft "$(nft_said)"
    else
      delete_elements
    fi
  done <"$work/named"
}

# persist: writes the file for the next boot once more, from the tables as they are.
verb_persist() {
  take_lock
  ! on_probation || refuse busy "a change waits for its confirmation"
  persist
  printf '{"ok":true,"clock":%s}\n' "$(clock_json)"
}

# One transaction. A set that is not there holds nothing.
flush_sets() {
  : >"$work/flush.nft"
  for set in $1; do
    ! nft -s list set inet jeda_window "$set" >/dev/null 2>&1 || echo "flush set inet jeda_window $set" >>"$work/flush.nft"
  done
  nft_do -f "$work/flush.nft" || refuse nft "$(nft_said)"
  for set in $1; do
    ! nft list set inet jeda_window "$set" 2>/dev/null | grep -q 'elements = ' || refuse readback "$set still holds elements"
  done
}

# --- reading back ------------------------------------------------------------------------------------------

own_sha256() {
  sha256sum <"$self" | cut -d ' ' -f 1
}

# "755 0:0", with what else is odd about it behind; nothing where there is no such file.
mode_of() {
  odd=
  [ ! -L "$1" ] || odd=" link"
  flags=$(lsattr -d "$1" 2>/dev/null | cut -d ' ' -f 1) || flags=
  case $flags in *[ia]*) odd="$odd immutable" ;; esac
  mode=$(stat -c '%a %u:%g' "$1" 2>/dev/null) && printf '%s%s' "$mode" "$odd" || true
}

# What not even root may replace can't be mended.
unlock() {
  chattr -ia "$1" 2>/dev/null || true
}

# What jeda depends on and does not own, a fact a line.
facts() {
  for path in "${place%/*}" "$etc"; do
    echo "directory $path $(mode_of "$path")"
  done
  # Since the boot it was raised in both places, or in neither.
  [ ! -e "$run/fence" ] || [ ! -e "$etc/fence" ] || echo "fence $(head -c 20 "$run/fence" | tr -cd 0-9) $(head -c 20 "$etc/fence" | tr -cd 0-9)"
  boot_hooks | sed 's/^/hook /'
  # What is taken off an interface by tc or XDP never comes to the forward hook.
  ip -o link show 2>/dev/null | awk '{
    name = $2; sub(/[@:].*/, "", name); xdp = "-"
    for (i = 3; i < NF; i++) if ($i ~ /^xdp/) xdp = $i
    print "interface", name, xdp }'
  tc qdisc show 2>/dev/null | awk '$2 == "clsact" || $2 == "ingress" { for (i = 3; i < NF; i++) if ($i == "dev") print $(i + 1) }' |
    sort -u | while read -r name; do
      for way in ingress egress; do
        tc filter show dev "$name" "$way" 2>/dev/null | grep -q . && echo "tc $name $way" || true
      done
    done
  for setting in net/ipv4/ip_forward net/ipv6/conf/all/forwarding net/ipv4/conf/all/rp_filter \
    net/netfilter/nf_conntrack_helper net/bridge/bridge-nf-call-iptables net/bridge/bridge-nf-call-ip6tables; do
    [ ! -r "/proc/sys/$setting" ] || echo "setting $(echo $setting | tr / .) $(cat "/proc/sys/$setting")"
  done
  for family in 4 6; do
    ip -$family rule show 2>/dev/null | tr '\t' ' ' | sed "s/^/rule IPv$family /; s/ *\$//"
  done
}

# Files that a boot runs and that load the policy. A unit counts when it is enabled, a script when it may be executed.
boot_hooks() {
  grep -rlsE "^[^#]*(jeda/edge[\"']* boot|jeda/firewall[\"']* host boot)" /etc/systemd/system /usr/lib/systemd/system /etc/init.d \
    /etc/rc.local /etc/rc.d /etc/local.d /etc/network /etc/networkd-dispatcher /etc/runit /etc/s6 2>/dev/null | while read -r hook; do
    case $hook in
    *.service)
      for link in /etc/systemd/system/*.wants/"${hook##*/}" /etc/systemd/system/*.requires/"${hook##*/}"; do
        [ ! -e "$link" ] || echo "$hook"
      done | sort -u ;;
    */interfaces | */interfaces.d/*) echo "$hook" ;;
    *) [ ! -x "$hook" ] || echo "$hook" ;;
    esac
  done
}

# The account's authorized_keys: which keys lead to this script, and by which words.
own_keys() {
  files=$(sshd -T -C user=root,host=localhost,addr=127.0.0.1 2>/dev/null | sed -n 's/^authorizedkeysfile //p')
  for file in ${files:-.ssh/authorized_keys .ssh/authorized_keys2}; do
    file=$(echo "$file" | sed "s|%h|${HOME:-/root}|; s|%u|root|")
    case $file in /*) ;; *) file=${HOME:-/root}/$file ;; esac
    cat "$file" 2>/dev/null || true
  done
}

table_json() {
  if nft -s list table inet "$1" >"$work/table" 2>/dev/null; then json_text "$work/table"; else printf null; fi
}

# "BRIDGE PORT" a line: frames between the ports of a bridge never meet the forward hook.
bridge_ports() {
  names='s/^[0-9]*: \([^:@]*\).*/\1/'
  ip -o link show type bridge 2>/dev/null | sed "$names" | while read -r bridge; do
    ip -o link show master "$bridge" 2>/dev/null | sed "$names" | sed "s/^/$bridge /"
  done
}

# The wanted text as this edge's own nft prints it: loaded in a network namespace of its own. `include` and the
# like are refused, for an error message would quote the file.
canonical_json() {
  file=$work/section.$1.1
  if [ ! -e "$file" ]; then
    printf null
    return
  fi
  check_words "$file"
  unshare -n sh -c 'nft -f "$1" && nft -s list table inet "$2"' sh "$file" "$1" >"$work/canonical" 2>"$work/nft.err" 9>&- ||
    refuse nft "wanted table inet $1: $(nft_said)"
  json_text "$work/canonical"
}

check_words() {
  bad=$(sed 's/"[^"]*"//g' "$1" | grep -nE '(^|[^A-Za-z0-9_./-])(include|define|redefine|undefine)([^A-Za-z0-9_./-]|$)' | head -n 1 || true)
  [ -z "$bad" ] || refuse input "not allowed in a table: line $bad"
}

# Everything but our own tables, for a foreign one may be pinned by its content.
foreign_tables() {
  nft -s list ruleset 2>/dev/null | awk -v own=" $tables " '
    /^table / { skipping = ($2 == "inet" && index(own, " " $3 " ") > 0) }
    !skipping { print }
    /^}/ { skipping = 0 }'
}

# Tables of the older iptables, which nft does not list: "ip filter", "ip6 nat".
legacy_tables() {
  for family in ip ip6 arp; do
    sed "s/^/$family /" "/proc/net/${family}_tables_names" 2>/dev/null || true
  done | tr '\n' ',' | sed 's/,$//'
}

verb_list() {
  read_input
  [ ! -s "$work/stdin" ] || { complete_input; split_input; }
  printf '{"ok":true,"clock":%s,"scriptSha256":"%s","tables":{' "$(clock_json)" "$(own_sha256)" >"$work/answer"
  comma=
  for table in $tables; do
    printf '%s"%s":' "$comma" "$table" >>"$work/answer"
    table_json "$table" >>"$work/answer"
    comma=,
  done
  printf '},"wanted":{' >>"$work/answer"
  comma=
  for table in $tables; do
    printf '%s"%s":' "$comma" "$table" >>"$work/answer"
    canonical_json "$table" >>"$work/answer"
    comma=,
  done
  # With `-s` the remaining time of a lease is hidden, hence the table once more.
  nft list table inet jeda_window >"$work/leases" 2>/dev/null || : >"$work/leases"
  nft list chains >"$work/chains" 2>/dev/null || : >"$work/chains"
  nft list flowtables >"$work/flowtables" 2>/dev/null || : >"$work/flowtables"
  foreign_tables >"$work/others"
  {
    printf '},"leases":' && json_text "$work/leases"
    printf ',"chains":' && json_text "$work/chains"
    printf ',"flowtables":' && json_text "$work/flowtables"
    printf ',"others":' && json_text "$work/others"
    printf ',"legacy":"%s"' "$(legacy_tables)"
    bridge_ports >"$work/bridges"
    printf ',"bridges":' && json_text "$work/bridges"
    grants >"$work/granted"
    printf ',"grants":' && json_text "$work/granted"
    facts >"$work/facts" 2>/dev/null || true
    own_keys >"$work/keys" 2>/dev/null || true
    printf ',"facts":' && json_text "$work/facts"
    printf ',"keys":' && json_text "$work/keys"
    printf ',"scriptMode":"%s","persisted":' "$(mode_of "$place")"
    if [ -f "$etc/$persisted" ]; then json_text "$etc/$persisted"; else printf null; fi
    printf ',"persistedMode":"%s"' "$(mode_of "$etc/$persisted")"
    echo '}'
  } >>"$work/answer"
  cat "$work/answer"
}

verb_clock() {
  printf '{"ok":true,"clock":%s}\n' "$(clock_json)"
}

# --- the policy: commit-confirmed by the kernel --------------------------------------------------------------

# Only commands about our own tables, one a line.
check_script() {
  own="inet ($(echo "$tables" | tr ' ' '|'))"
  check_words "$1"
  bad=$(grep -nvE "^(#.*)?\$|^add table $own( \{ flags dormant; \})?\$|^(flush|delete) table $own\$|^(flush|delete) chain $own [A-Za-z0-9_/.-]+\$|^delete (set|map|flowtable|counter|quota|limit|secmark|synproxy|ct [a-z]+) $own [A-Za-z0-9_/.-]+\$|^add (set|chain) $own [A-Za-z0-9_/.-]+( \{ [^{}]* \})?\$|^add rule $own [A-Za-z0-9_/.-]+ [^;]*\$" "$1" | head -n 1 || true)
  [ -z "$bad" ] || refuse input "not a command about jeda's own tables: line $bad"
}

steps() {
  n=1
  while [ -e "$1.$n" ]; do
    echo "$1.$n"
    n=$((n + 1))
  done
}

run_steps() {
  for step in $(steps "$1"); do
    nft_do -f "$step" || return 1
  done
}

holds_leases() {
  nft list table inet jeda_window 2>/dev/null | grep -q 'elements = '
}

on_probation() {
  for table in $tables; do
    ! nft list set inet "$table" probation 2>/dev/null | grep -q 'elements = ' || return 0
  done
  return 1
}

# Text of the tables without elements, as an unordered heap of words: the order inside a set is the kernel's.
live_words() {
  for table in $tables; do
    nft -s list table inet "$table" 2>/dev/null || true
  done | without_elements | tr ' ,\t' '\n\n\n' | sort
}

without_elements() {
  awk '/^\t\telements = \{/ { skipping = 1 } skipping { if (/\}$/) skipping = 0; next } { print }'
}

# Tries the whole sequence in a network namespace of its own, beginning with what is live: a change that could
# not be confirmed or undone is not begun. Prints nothing; leaves the words that must be there afterwards.
rehearse() {
  for table in $tables; do
    nft -s list table inet "$table" 2>/dev/null || true
  done | without_elements >"$work/live.nft"
  for section in confirmed reverted; do
    {
      echo 'nft -f "$1/live.nft" || exit 9'
      for step in $(steps "$work/section.provisional") $(steps "$work/section.$section"); do
        echo "nft -f '$step' || exit 1"
      done
      for table in $tables; do echo "nft -s list table inet $table 2>/dev/null || true"; done
    } >"$work/rehearsal"
    status=0
    unshare -n sh "$work/rehearsal" "$work" >"$work/after" 2>"$work/nft.err" 9>&- || status=$?
    case $status in
    0) without_elements <"$work/after" | tr ' ,\t' '\n\n\n' | sort >"$work/section.$section.words" ;;
    # Something in the live tables can't be loaded elsewhere (a rule about a link that exists only here).
    9) ;;
    *) refuse nft "$section: $(nft_said)" ;;
    esac
  done
}

as_expected() {
  [ ! -e "$1.words" ] || { live_words >"$work/words" && cmp -s "$work/words" "$1.words"; }
}

# apply PROBATION_MS
verb_apply() {
  need_number "probation" "$1"
  [ "$1" -ge 1000 ] && [ "$1" -le 300000 ] || refuse input "a probation of $1 ms is not between 1000 and 300000"
  read_input
  complete_input
  split_input
  for section in provisional confirmed reverted; do
    [ -e "$work/section.$section.1" ] || refuse input "section $section is missing"
    for step in $(steps "$work/section.$section"); do check_script "$step"; done
  done
  last=$(steps "$work/section.provisional" | tail -n 1)
  for table in $tables; do
    ! grep -q "^add set inet $table probation " "$last" ||
      echo "add element inet $table probation { ipv4 timeout ${1}ms, ipv6 timeout ${1}ms }" >>"$last"
  done
  grep -q '^add element ' "$last" || refuse input "the provisional script has no probation set"
  take_lock
  ! on_probation || refuse busy "another change waits for its confirmation"
  if cat "$work"/section.*.[0-9]* | grep -qE '^delete (table inet jeda_window$|set inet jeda_window (isolated|vault)_)' && holds_leases; then
    refuse lease "a lease is running: the sets of inet jeda_window can't be recreated now"
  fi
  rehearse
  [ "$(steps "$work/section.provisional" | wc -l)" -gt 1 ] || nft_do -c -f "$last" || refuse nft "$(nft_said)"
  rm -rf "$run/pending"
  mkdir "$run/pending"
  cp "$work"/section.* "$run/pending/"
  # The port of this connection: confirming must come over another one.
  echo "${SSH_CONNECTION:-}" >"$run/pending/connection"
  if ! run_steps "$run/pending/section.provisional"; then
    said=$(nft_said)
    rm -rf "$run/pending"
    refuse nft "$said"
  fi
  on_probation || refuse readback "the probation is not in the kernel"
  printf '{"ok":true,"clock":%s}\n' "$(clock_json)"
}

undo() {
  run_steps "$run/pending/section.reverted" || refuse nft "could not clean up: $(nft_said)"
  rm -rf "$run/pending"
}

verb_confirm() {
  take_lock
  [ -e "$run/pending/section.confirmed.1" ] || refuse pending "no change waits for its confirmation"
  if [ -n "${SSH_CONNECTION:-}" ] && [ "$SSH_CONNECTION" = "$(cat "$run/pending/connection")" ]; then
    refuse connection "confirm over a new connection: this is the one that applied"
  fi
  if ! on_probation; then
    undo
    refuse expired "the confirmation came too late: the former rules are in force again"
  fi
  if ! run_steps "$run/pending/section.confirmed"; then
    said=$(nft_said)
    undo
    refuse nft "$said"
  fi
  as_expected "$run/pending/section.confirmed" || refuse readback "the tables are not what was confirmed"
  persist
  rm -rf "$run/pending"
  printf '{"ok":true,"clock":%s}\n' "$(clock_json)"
}

verb_revert() {
  take_lock
  [ -e "$run/pending/section.reverted.1" ] || refuse pending "no change waits for its confirmation"
  undo
  printf '{"ok":true,"clock":%s}\n' "$(clock_json)"
}

# --- what survives a reboot ----------------------------------------------------------------------------------

# The confirmed tables with empty sets: a rebooted edge never wakes up isolated or with an open vault.
persist() {
  mkdir -p "$etc"
  new=$(mktemp "$etc/.new.XXXXXX")
  for table in $tables; do
    nft -s list table inet "$table" 2>/dev/null || true
  done | without_elements >"$new"
  unshare -n nft -f "$new" 2>"$work/nft.err" 9>&- || {
    # A rule about a link that exists only here loads here.
    nft_do -c -f "$new" || { rm -f "$new"; refuse nft "the confirmed tables would not load at boot: $(nft_said)"; }
  }
  sync "$new" 2>/dev/null || sync
  unlock "$etc/$persisted"
  mv "$new" "$etc/$persisted"
  sync "$etc" 2>/dev/null || sync
}

# boot: local only. Safe to repeat, but for a running lease.
verb_boot() {
  [ -r "$etc/$persisted" ] || refuse missing "$etc/$persisted does not exist: no policy was confirmed yet"
  take_lock
  # In a boot in which nothing was leased yet, an element can only come from a ruleset that was saved in a window.
  [ -n "$(grants)" ] || flush_sets "$lease_sets"
  ! holds_leases || refuse lease "a lease is running: nothing was loaded"
  {
    for table in $tables; do
      printf 'add table inet %s\ndelete table inet %s\n' "$table" "$table"
    done
    cat "$etc/$persisted"
  } >"$work/boot.nft"
  nft_do -f "$work/boot.nft" || refuse nft "$(nft_said)"
  rm -rf "$run/pending"
  printf '{"ok":true,"clock":%s}\n' "$(clock_json)"
}

# install SHA256: replaces this script by the one on standard input, atomically.
verb_install() {
  case $1 in
  *[!0-9a-f]*) refuse input "not a SHA-256: '$1'" ;;
  esac
  [ ${#1} -eq 64 ] || refuse input "not a SHA-256: '$1'"
  read_input
  [ "$(sha256sum <"$work/stdin" | cut -d ' ' -f 1)" = "$1" ] || refuse input "the script that arrived has another SHA-256"
  sh -n "$work/stdin" 2>/dev/null || refuse input "the script that arrived is not valid sh"
  take_lock
  mkdir -p "$etc"
  for directory in "${place%/*}" "$etc"; do
    unlock "$directory"
    chown 0:0 "$directory"
    chmod go-w "$directory"
  done
  # Whoever faked one of the two copies finds both alike again.
  raise_fence "$(fence)"
  keep_fence
  new=$(mktemp "${place%/*}/.new.XXXXXX")
  cat "$work/stdin" >"$new"
  chmod 0755 "$new"
  sync "$new" 2>/dev/null || sync
  unlock "$place"
  # Over a symbolic link too, not into what it leads to.
  mv "$new" "$place"
  printf '{"ok":true,"clock":%s}\n' "$(clock_json)"
}

# --- which verbs which key may use -----------------------------------------------------------------------------

main() {
  self=$(readlink -f "$0")
  # As it was called: a symbolic link in its place is seen.
  case $0 in */*) place=$(cd "${0%/*}" && pwd -P)/${0##*/} ;; *) place=$self ;; esac
  mode=${1:-}
  [ $# -eq 0 ] || shift
  if [ -n "${SSH_ORIGINAL_COMMAND+set}" ]; then
    [ "$mode" != host ] && [ "$mode" != boot ] && [ "$mode" != watch ] || refuse mode "$mode is not for a forced command"
    # Words only: no quoting, no patterns, no expansion.
    case $SSH_ORIGINAL_COMMAND in
    *[!a-z0-9\ -]*) refuse input "not a verb: '$SSH_ORIGINAL_COMMAND'" ;;
    esac
    set -f
    # shellcheck disable=SC2086
    set -- $SSH_ORIGINAL_COMMAND
    set +f
  elif [ "$mode" = boot ] || [ "$mode" = watch ]; then
    set -- "$mode"
  fi
  tables="jeda jeda_window"
  persisted=edge.nft
  case $mode in
  read) verbs="list clock" ;;
  window) verbs="list clock lease renew release shut" ;;
  policy) verbs="list clock apply confirm revert revoke persist install" ;;
  boot | watch) verbs=$mode ;;
  host)
    verbs="list clock apply confirm revert persist boot install"
    tables=jeda_host
    persisted=host.nft
    ;;
  *) refuse mode "not a mode: '$mode'" ;;
  esac
  verb=${1:-}
  case " $verbs " in
  *" ${verb:-none} "*) ;;
  *) refuse verb "the $mode key has no verb '$verb' (it has: $verbs)" ;;
  esac
  shift
  case $verb in
  lease | renew) arguments=3 ;;
  release | apply | install) arguments=1 ;;
  *) arguments=0 ;;
  esac
  [ $# -eq $arguments ] || refuse input "$verb takes $arguments arguments, not $#"
  mkdir -p "$run"
  work=$(mktemp -d "$run/work.XXXXXX")
  trap leave EXIT
  trap 'exit 1' HUP INT TERM
  renewing=
  [ "$verb" != renew ] || { verb=lease renewing=yes; }
  "verb_$verb" "$@"
}

exec 3>&1
main "$@"
exit
