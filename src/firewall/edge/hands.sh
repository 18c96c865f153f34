# --- what is ended early or mended ---

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
  grants | awk -v now="$(boot_ms)" "$plain_value"'
    FILENAME == "-" { ends[$1 " " plain($2)] = $3; next }
    {
      left = ends[$1 " " plain($2)] - now - 10
      part = left % 1000
      if (part < 100) left -= part + 100
      else if (part > 900) left -= part - 900
      print $1, $2, left >= 1000 ? left : 0
    }' - "$work/named" >"$work/change"
  read_table || refuse table "table inet jeda_window is not loaded"
  load_change || refuse nft "$(nft_said)"
}

# persist: writes the files for the next boot once more.
verb_persist() {
  read_input
  [ ! -s "$work/stdin" ] || { complete_input; split_input; }
  check_boot_file boot
  check_boot_file minimal
  take_lock
  ! on_probation || refuse busy "a change waits for its confirmation"
  persist "$work"
  printf '{"ok":true,"clock":%s}\n' "$(clock_json)"
}

# One transaction. A set that is not there holds nothing; of one that nft can't list nobody knows.
flush_sets() {
  : >"$work/flush.nft"
  for set in $1; do
    if lists_set "$set"; then echo "flush set inet jeda_window $set" >>"$work/flush.nft"; fi
  done
  nft_do -f "$work/flush.nft" || refuse nft "$(nft_said)"
  for set in $1; do
    ! lists_set "$set" || ! grep -q 'elements = ' "$work/set" || refuse readback "$set still holds elements"
  done
}

# Into $work/set; false where there is no such set.
lists_set() {
  nft list set inet jeda_window "$1" >"$work/set" 2>"$work/nft.err" 9>&- && return
  grep -q 'No such file or directory' "$work/nft.err" || refuse nft "$1 can't be listed: $(nft_said)"
  return 1
}

