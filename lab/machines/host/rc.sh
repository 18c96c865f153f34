# What the boot scripts of the lab hosts share; sourced by /etc/lab/start, which runs as PID 1.

# Nothing is forwarded, no address comes by itself and none is doubted until the boot script says so. A new
# network namespace may inherit these from the machine.
quiet_network() {
  echo 0 >/proc/sys/net/ipv4/ip_forward
  for c in /proc/sys/net/ipv4/conf/*; do
    echo 0 >"$c/rp_filter"
    echo 0 >"$c/accept_redirects"
    echo 0 >"$c/send_redirects"
  done
  for c in /proc/sys/net/ipv6/conf/*; do
    echo 0 >"$c/disable_ipv6"
    echo 0 >"$c/forwarding"
    echo 0 >"$c/accept_ra"
    echo 0 >"$c/accept_dad"
    echo 0 >"$c/accept_redirects"
  done
  ip link set lo up
}

# link INTERFACE IPV4/LENGTH IPV6/LENGTH
link() {
  ip address add "$2" dev "$1"
  ip -6 address add "$3" dev "$1" nodad
  ip link set "$1" up
}

# service NAME COMMAND…: keeps it running, as a supervisor does; its output goes to /var/log/lab/NAME.log.
service() {
  name=$1
  shift
  mkdir -p /var/log/lab
  (while :; do
    "$@" >>"/var/log/lab/$name.log" 2>&1
    sleep 0.5
  done) &
}

# The boot is over. As PID 1, reap whatever is left to it, for ever.
booted() {
  : >/run/lab/booted
  while :; do
    sleep 86400 &
    wait
  done
}
