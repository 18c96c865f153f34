# --- the policy: commit-confirmed by the kernel ---

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
  check_boot_file boot
  check_boot_file minimal
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
  persist "$run/pending"
  rm -rf "$run/pending"
  printf '{"ok":true,"clock":%s}\n' "$(clock_json)"
}

verb_revert() {
  take_lock
  [ -e "$run/pending/section.reverted.1" ] || refuse pending "no change waits for its confirmation"
  undo
  printf '{"ok":true,"clock":%s}\n' "$(clock_json)"
}

