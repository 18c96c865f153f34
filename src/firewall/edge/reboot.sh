# --- what survives a reboot ---

# persist DIRECTORY: writes what the next boot loads. The tables as they were compiled, which DIRECTORY or the file
# itself has, where those mean what is live; else as this nft prints them, which another one may not read. Sets are
# empty: a rebooted host never wakes up isolated or with an open vault. Beside it the minimal ruleset.
persist() {
  mkdir -p "$etc"
  live_words >"$work/words"
  # After a flush by hand the file is what brings the tables back.
  [ -s "$work/words" ] || [ ! -s "$1/section.boot.1" ] || refuse table "no table of jeda is loaded: $etc/$persisted stays as it is"
  boot=$work/listed.nft
  live_tables >"$boot"
  for text in "$etc/$persisted" "$1/section.boot.1"; do
    ! means_the_same "$text" || boot=$text
  done
  unshare -n nft -f "$boot" 2>"$work/nft.err" 9>&- || {
    # A rule about a link that exists only here loads here.
    nft_do -c -f "$boot" || refuse nft "the confirmed tables would not load at boot: $(nft_said)"
  }
  put_in_place "$boot" "$persisted"
  if [ ! -s "$work/words" ]; then
    rm -f "$etc/$minimal"
  elif [ -s "$1/section.minimal.1" ]; then
    put_in_place "$1/section.minimal.1" "$minimal"
  fi
  rm -f "$run/fallback"
}

means_the_same() {
  [ -s "$1" ] && listed "$1" 2>/dev/null | words 2>/dev/null | cmp -s - "$work/words"
}

# put_in_place TEXT NAME: whole or not at all.
put_in_place() {
  new=$(mktemp "$etc/.new.XXXXXX")
  cat "$1" >"$new"
  sync "$new" 2>/dev/null || sync
  unlock "$etc/$2"
  mv "$new" "$etc/$2"
  sync "$etc" 2>/dev/null || sync
}

# boot: local only. Safe to repeat, but for a running lease. What does not load is no reason for an open vault: the
# minimal ruleset is tried then, and that it is in force stands on the console, in `list`, drift and preflight.
verb_boot() {
  [ -r "$etc/$persisted" ] || [ -r "$etc/$minimal" ] || refuse missing "$etc/$persisted does not exist: no policy was confirmed yet"
  take_lock
  # In a boot in which nothing was leased yet, an element can only come from a ruleset that was saved in a window.
  [ -n "$(grants)" ] || flush_sets "$lease_sets"
  ! holds_leases || refuse lease "a lease is running: nothing was loaded"
  rm -rf "$run/pending"
  if load_boot "$persisted" && whole; then
    rm -f "$run/fallback"
  else
    why="$etc/$persisted did not load: $(nft_said)"
    load_boot "$minimal" || refuse nft "$why"
    json_words "$why" >"$run/fallback"
    echo "jeda: $why" >&2
    echo "jeda: the minimal ruleset is in force: the vault is locked, nothing can be isolated. To mend it: pulumi up" >&2
  fi
  printf '{"ok":true,"clock":%s}\n' "$(clock_json)"
}

# One transaction, so that what does not load leaves what was there.
load_boot() {
  {
    for table in $tables; do
      printf 'add table inet %s\ndelete table inet %s\n' "$table" "$table"
    done
    cat "$etc/$1"
  } >"$work/boot.nft" 2>"$work/nft.err" && nft_do -f "$work/boot.nft"
}

# An empty file loads too.
whole() {
  [ -e "$etc/$minimal" ] || return 0
  for table in $tables; do
    has_table "$table" || { echo "it does not hold inet $table" >"$work/nft.err"; return 1; }
  done
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

