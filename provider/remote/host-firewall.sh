# Run on the backup host by the HostFirewall resource: sh -c THIS host-firewall VERB ...
# Owns the table inet jeda_host and the file that loads it at boot, and no other.
set -u
umask 077
export LC_ALL=C
file=/etc/jeda/host.nft
run=/run/jeda
say() { printf '%s\n' "$*" >&2; }
command -v nft >/dev/null 2>&1 || { say "nft is not installed on $(hostname)"; exit 21; }
mkdir -p "$run" /etc/jeda || exit 1

live() { nft -s list table inet jeda_host 2>/dev/null; }
replace() {
  # Declared first, so that deleting never fails on a host without the table: one transaction either way.
  printf 'table inet jeda_host\ndelete table inet jeda_host\n'
  cat
  printf '\n'
}

case $1 in
look)
  cat >"$run/host.wanted"
  echo '@@ live'
  live
  echo '@@ wanted'
  # The same nft prints both, so that only meaning is compared.
  unshare -n sh -c 'nft -f "$1" && nft -s list table inet jeda_host' sh "$run/host.wanted" || exit 24
  echo '@@ persisted'
  if [ -f "$file" ]; then
    unshare -n sh -c 'nft -f "$1" && nft -s list table inet jeda_host' sh "$file" 2>/dev/null || echo unreadable
  fi
  ;;
apply)
  token=$2 seconds=$3
  cat >"$run/host.new"
  { nft list table inet jeda_host 2>/dev/null || true; } | replace >"$run/host.before"
  replace <"$run/host.new" >"$run/host.apply"
  nft -c -f "$run/host.apply" || exit 24
  # The host itself puts the former table back unless somebody comes in by a new connection and confirms.
  setsid sh -c '
    sleep "$3"
    mv "$1/host.pending.$2" "$1/host.reverted" 2>/dev/null && nft -f "$1/host.before"
  ' sh "$run" "$token" "$seconds" </dev/null >/dev/null 2>&1 &
  : >"$run/host.pending.$token"
  nft -f "$run/host.apply"
  ;;
confirm)
  # Renaming is what decides between this and the way back.
  mv "$run/host.pending.$2" "$run/host.confirmed" 2>/dev/null || { say "too late: the former firewall is back"; exit 25; }
  cp "$run/host.new" "$file.new" && sync "$file.new" && mv -f "$file.new" "$file"
  ;;
revert)
  mv "$run/host.pending.$2" "$run/host.reverted" 2>/dev/null && nft -f "$run/host.before"
  ;;
*)
  say "unknown verb $1"
  exit 2
  ;;
esac
