# --- the edge's clocks and its fence ---

boot_id() {
  cat /proc/sys/kernel/random/boot_id
}

# Milliseconds since boot, in steps of 10.
boot_ms() {
  read -r up _ </proc/uptime
  whole=${up%.*}
  part=${up#*.}
  echo $((whole * 1000 + (1$part - 100) * 10))
}

wall_ms() {
  wall=$(date +%s%3N)
  case $wall in
  *[!0-9]*) wall=$(date +%s)000 ;;
  esac
  echo "$wall"
}

# The newer of the two: what was raised stands after a reboot too, or a window that is still alive would isolate
# again what somebody has released.
fence() {
  newest=0
  for kept in "$run/fence" "$etc/fence"; do
    stored=0
    [ ! -r "$kept" ] || read -r stored _ <"$kept" || :
    is_number "$stored" || stored=0
    [ "$stored" -le "$newest" ] || newest=$stored
  done
  echo "$newest"
}

# Behind the number stands a mark, which tells what this script raised from what a hand wrote. It counts either way:
# no window that somebody wanted to end isolates again.
marked_fence() {
  echo "$1 $(echo "jeda fence $1" | sha256sum | cut -c 1-12)"
}

# "PATH NUMBER" of each of the two that this script did not write.
fences_by_hand() {
  for kept in "$run/fence" "$etc/fence"; do
    [ -r "$kept" ] || continue
    written=$(head -c 80 "$kept" | tr -d '\000')
    [ "$written" = "$(marked_fence "${written%% *}")" ] || echo "$kept $(echo "$written" | tr -cd '0-9 ' | cut -c 1-20)"
  done
}

raise_fence() {
  marked_fence "$1" >"$work/fence"
  mv "$work/fence" "$run/fence"
}

# After the change that it guards: a slow disk, or one that takes nothing, must not hold up a release.
keep_fence() {
  mkdir -p "$etc" 2>/dev/null && { marked_fence "$(fence)" >"$etc/.fence" && sync "$etc/.fence" && mv "$etc/.fence" "$etc/fence" && sync "$etc"; } 2>/dev/null || true
}

clock_json() {
  printf '{"bootId":"%s","bootMs":%s,"wallMs":%s,"fence":%s}' "$(boot_id)" "$(boot_ms)" "$(wall_ms)" "$(fence)"
}

