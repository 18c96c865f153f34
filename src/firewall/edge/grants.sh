# --- what was leased, and what came by other ways ---

# What was leased by way of this script: "BOOT_ID SET VALUE DEADLINE_BOOT_MS". An element that the kernel holds and
# that stands here with an earlier end, or not at all, is somebody's hand. Written before the kernel is asked: an
# element without a grant is a finding, a grant without an element is none.
grants() {
  [ ! -r "$run/grants" ] || awk -v boot="$(boot_id)" 'NF == 4 && $1 == boot { print $2, $3, $4 }' "$run/grants"
}

# grant DEADLINE_BOOT_MS, for the elements in $work/sorted; "grant 0" takes theirs away.
grant() {
  grants | awk -v deadline="$1" -v boot="$(boot_id)" '
    FILENAME != "-" { named[$1 " " $2] = 1; next }
    !(($1 " " $2) in named) { print boot, $0 }
    END { if (deadline > 0) for (one in named) print boot, one, deadline }' "$work/sorted" - >"$work/grants"
  mv "$work/grants" "$run/grants"
}

# A timeout of ours is never whole seconds: that tells an element of an old window, out of a ruleset that was saved
# and is loaded again, from one that somebody typed. A little shorter, never longer.
marked() {
  part=$(($1 % 1000))
  if [ "$part" -lt 100 ]; then echo $(($1 - part - 100)); elif [ "$part" -gt 900 ]; then echo $(($1 - part + 900)); else echo "$1"; fi
}

# What came out of a saved ruleset: "SET VALUE" of elements with a timeout of ours that nobody was granted in this
# boot, or that would outlive their grant.
revenants() {
  nft list table inet jeda_window 2>/dev/null 9>&- | live_elements | awk -v boot="$(boot_id)" -v now="$(boot_ms)" "$plain_value"'
    FILENAME != "-" { if ($1 == boot) ends[$2 " " plain($3)] = $4; next }
    $4 == "fraction" && $3 >= 0 && now + $3 > ends[$1 " " $2] + 300 { print $1, $2 }' "$run/grants" -
}
