# --- reading back: what else the flows depend on ---

own_sha256() {
  sha256sum <"$self" | cut -d ' ' -f 1
}

# "755 0:0", with what else is odd about it behind; nothing where there is no such file.
mode_of() {
  odd=
  [ ! -L "$1" ] || odd=" link"
  flags=$(lsattr -d "$1" 2>/dev/null | cut -d ' ' -f 1) || flags=
  case $flags in *[ia]*) odd="$odd immutable" ;; esac
  case $(ls -ld "$1" 2>/dev/null) in ??????????+*) odd="$odd acl" ;; esac
  mode=$(stat -c '%a %u:%g' "$1" 2>/dev/null) && printf '%s%s' "$mode" "$odd" || true
}

# What not even root may replace can't be mended.
unlock() {
  chattr -ia "$1" 2>/dev/null || true
  setfacl -b "$1" 2>/dev/null || true
}

number_in() {
  head -c 20 "$1" | cut -d ' ' -f 1 | tr -cd 0-9
}

# What jeda depends on and does not own, a fact a line.
facts() {
  for path in "${place%/*}" "$etc"; do
    echo "directory $path $(mode_of "$path")"
  done
  # Since the boot it was raised in both places, or in neither.
  [ ! -e "$run/fence" ] || [ ! -e "$etc/fence" ] || echo "fence $(number_in "$run/fence") $(number_in "$etc/fence")"
  fences_by_hand | sed 's/^/hand /'
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
  if ! command -v perl >/dev/null 2>&1; then
    echo "unlooked BPF programs: perl is missing (package perl-base)"
  elif bpf_programs >"$work/bpf"; then
    cat "$work/bpf"
  else
    rm -f "$work/bpf"
    echo "unlooked BPF programs: this host's kernel does not let root list them"
  fi
  # A running window asks often, and has no use for what is only compared with what it was.
  # Reading the whole of a host takes seconds: who asks with tables is told of the network around them, who asks
  # without, of the rest; a host that is one resource is told both.
  case $mode in
  window) ;;
  host) site_network && site_host ;;
  *) if [ -s "$work/stdin" ]; then site_network; else site_host; fi ;;
  esac
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

