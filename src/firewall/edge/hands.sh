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

