# --- the watch over a ruleset that was saved and loaded ---

# watch: local only, begun with each lease and by none twice. Looks twice a second, without a change and without
# the lock, until no element of a saved ruleset could matter any more: the longest grant and the maximum after it.
verb_watch() {
  exec 8>"$run/watch"
  flock -n 8 || exit 0
  read_table || exit 0
  maximum=$(maximum_ms)
  looks=0
  while [ -e "$run/watch" ] && [ -e "$run/grants" ]; do
    looks=$((looks + 1))
    # Most of the time nothing is leased: that must cost a firewall next to nothing.
    if [ $((looks % 20)) -ne 1 ] && ! nft list table inet jeda_window 2>/dev/null | grep -q 'elements = {'; then
      sleep 0.5
      continue
    fi
    last=$(awk -v boot="$(boot_id)" '$1 == boot && $4 > last { last = $4 } END { printf "%.0f\n", last }' "$run/grants" 2>/dev/null) || last=0
    [ "$(boot_ms)" -le $((${last:-0} + maximum)) ] || break
    if [ -n "$(revenants)" ]; then
      exec 9>"$run/lock"
      # Once more under the lock: a lease may just be under way.
      if flock -w 5 9; then
        revenants >"$work/named" || :
        (put_back) || :
      fi
      exec 9>&-
    fi
    sleep 0.5
  done
}

start_watch() {
  env -u SSH_ORIGINAL_COMMAND setsid "$self" watch </dev/null >/dev/null 2>&1 3>&- 9>&- &
}

