# --- what survives a reboot ---

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

