# --- lease, renew, release ---

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

