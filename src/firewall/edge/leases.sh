# --- lease, renew, release ---

# Those in $work/sorted, where they are. Prints what has become of them, for a refusal.
drop_lease() {
  grant 0
  sed 's/$/ 0/' "$work/sorted" >"$work/change"
  if read_table && load_change; then echo "all were deleted"; else echo "nft did not delete them: they end by themselves, at the deadline at the latest"; fi
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
  read_table || refuse table "table inet jeda_window is not loaded"
  [ "$2" -eq "$current" ] || raise_fence "$2"
  maximum=$(maximum_ms)
  [ "$maximum" -gt 0 ] || refuse table "a lease set is missing or has no default timeout"
  wanted=$(wc -l <"$work/sorted")
  held=$(read_lease)
  if [ -n "$renewing" ]; then
    # A lease that has ended is not begun again by somebody who was asleep meanwhile.
    [ "${held%% *}" -eq "$wanted" ] || refuse lapsed "the kernel holds ${held%% *} of $wanted elements: there is nothing to renew"
  fi
  end=$(earliest_end "$3" "$held")
  cat "$run/grants" >"$work/granted" 2>/dev/null || :
  # Thousands of elements take a moment to load: taken off beforehand.
  late=$((wanted / 12))
  for attempt in 1 2 3 4 5 6; do
    left=$((end - $(boot_ms) - 10 - late))
    if [ "$left" -lt 1000 ]; then
      [ "$attempt" = 1 ] || drop_lease >/dev/null
      refuse deadline "$left ms are left until the deadline: nothing is leased below 1000 ms"
    fi
    [ "$left" -le "$maximum" ] || refuse maximum "$left ms are more than the site's maximum of $maximum ms"
    grant "$3"
    # The boot clock has steps of 10 ms: counted as the later end, so that a lease is never late.
    left=$(marked $((end - $(boot_ms) - 10 - late)))
    load_lease "$left" || {
      said=$(nft_said)
      # Nothing has changed the first time: what was granted before still is.
      if [ "$attempt" = 1 ]; then mv "$work/granted" "$run/grants"; else grant 0; fi
      refuse nft "$said"
    }
    took=0
    for _reading in 1 2 3 4 5; do
      last=$took
      before=$(boot_ms)
      read_table || refuse readback "table inet jeda_window is gone"
      after=$(boot_ms)
      took=$((after - before))
      # A listing that took long says little about when it was true. Once more, unless it is just long.
      if [ "$took" -le 300 ] || [ $((took * 2)) -ge "$last" ] && [ "$last" -gt 0 ]; then break; fi
    done
    found=$(read_lease)
    read -r count shortest longest <<EOF
$found
EOF
    if [ "$count" -ne "$wanted" ] || [ "$shortest" -lt $((end - after - late - 1000)) ]; then
      refuse readback "the kernel holds $count of $wanted elements, the shortest for $shortest of $left ms: $(drop_lease)"
    fi
    # Longer than asked only if this process stood still between computing and loading, as on a busy edge: once
    # more, then, and shorter by as much.
    if [ "$longest" -le $((end - before + 100)) ]; then
      off=$((end - after - shortest))
      keep_end "$3" "$((end - after))" "$((off > 0 ? off : 0))" "$(($3 - end))"
      [ "$2" -eq "$current" ] || keep_fence
      [ -n "$renewing" ] || start_watch
      printf '{"ok":true,"timeoutMs":%s,"clock":%s}\n' "$left" "$(clock_json)"
      return
    fi
    over=$((longest - (end - before) + 100))
    late=$((late + (over < 800 ? over : 800)))
  done
  refuse readback "the elements would have outlived the deadline: $(drop_lease)"
}

# earliest_end DEADLINE_BOOT_MS HELD: the deadline, or an earlier moment of the boot clock where that has jumped back
# since these elements were leased. The kernel's own count never jumps: what the held elements still have, and the
# difference of the deadline to the one they were leased for, is all there is. Where none is held (somebody emptied
# the set) the wall clock says what was left; the smaller of the two clocks counts.
earliest_end() {
  now=$(boot_ms)
  granted=$(grants | awk "$plain_value"'
    FILENAME != "-" { wanted[$1 " " plain($2)] = 1; next }
    ($1 " " plain($2)) in wanted && (!least || $3 < least) { least = $3 }
    END { printf "%.0f\n", least }' "$work/sorted" -)
  # What was leased before has ended: this is another lease.
  if [ "$granted" -le "$now" ]; then
    echo "$1"
    return
  fi
  read -r wall_end off less <<EOF
$(awk -v boot="$(boot_id)" -v deadline="$granted" '
    $1 == boot && $2 == deadline { found = $3 " " $4 " " ($5 + 0) }
    END { print found == "" ? "0 0 0" : found }' "$run/ends" 2>/dev/null || echo 0 0 0)
EOF
  read -r count shortest _ <<EOF
$2
EOF
  known=$(($1 - less))
  end=$known
  if [ "$count" -gt 0 ]; then
    end=$((now + shortest + off + $1 - granted))
  elif [ "$wall_end" -gt 0 ]; then
    end=$((now + wall_end - $(wall_ms) + $1 - granted))
  fi
  # Reading takes a moment: a later end than the one that was found before is no end.
  [ "$end" -lt $((known - 300)) ] || end=$known
  echo "$end"
}

# keep_end DEADLINE_BOOT_MS LEFT_MS OFF_MS LESS_MS: "BOOT_ID DEADLINE_BOOT_MS END_WALL_MS OFF_MS LESS_MS" for each
# deadline that was granted. LESS_MS is what jumps of the boot clock have taken from it, OFF_MS what the elements end
# before that.
keep_end() {
  {
    awk -v boot="$(boot_id)" -v deadline="$1" -v now="$(boot_ms)" '
      $1 == boot && $2 != deadline && $2 > now' "$run/ends" 2>/dev/null || :
    echo "$(boot_id) $1 $(($(wall_ms) + $2)) $3 $4"
  } >"$work/ends"
  mv "$work/ends" "$run/ends"
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

