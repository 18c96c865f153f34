# --- the policy: tried before it is applied ---

# Only commands about our own tables, one a line.
check_script() {
  own="inet ($(echo "$tables" | tr ' ' '|'))"
  check_words "$1"
  bad=$(grep -nvE "^(#.*)?\$|^add table $own( \{ flags dormant; \})?\$|^(flush|delete) table $own\$|^(flush|delete) chain $own [A-Za-z0-9_/.-]+\$|^delete (set|map|flowtable|counter|quota|limit|secmark|synproxy|ct [a-z]+) $own [A-Za-z0-9_/.-]+\$|^add (set|chain) $own [A-Za-z0-9_/.-]+( \{ [^{}]* \})?\$|^add rule $own [A-Za-z0-9_/.-]+ [^;]*\$" "$1" | head -n 1 || true)
  [ -z "$bad" ] || refuse input "not a command about jeda's own tables: line $bad"
}

steps() {
  n=1
  while [ -e "$1.$n" ]; do
    echo "$1.$n"
    n=$((n + 1))
  done
}

run_steps() {
  for step in $(steps "$1"); do
    nft_do -f "$step" || return 1
  done
}

holds_leases() {
  nft list table inet jeda_window 2>/dev/null | grep -q 'elements = '
}

on_probation() {
  for table in $tables; do
    ! nft list set inet "$table" probation 2>/dev/null | grep -q 'elements = ' || return 0
  done
  return 1
}

live_tables() {
  for table in $tables; do
    nft -s list table inet "$table" 2>/dev/null || true
  done | without_elements
}

# Text of tables without elements, as an unordered heap of words: the order inside a set is the kernel's.
words() {
  without_elements | tr ' ,\t' '\n\n\n' | sort
}

# As this nft prints them, whoever loaded them: it prints otherwise what another nft has loaded.
live_words() {
  live_tables >"$work/live.nft"
  { listed "$work/live.nft" 2>/dev/null || cat "$work/live.nft"; } | words
}

# The tables of a file as this nft prints them, loaded in a network namespace of their own.
listed() {
  unshare -n sh -c 'nft -f "$1" || exit; shift; for table; do nft -s list table inet "$table" 2>/dev/null || true; done' sh "$1" $tables 9>&-
}

without_elements() {
  awk '/^\t\telements = \{/ { skipping = 1 } skipping { if (/\}$/) skipping = 0; next } { print }'
}

# Tries the whole sequence in a network namespace of its own, beginning with what is live: a change that could
# not be confirmed or undone is not begun. Prints nothing; leaves the words that must be there afterwards.
rehearse() {
  live_tables >"$work/live.nft"
  for section in confirmed reverted; do
    {
      echo 'nft -f "$1/live.nft" || exit 9'
      for step in $(steps "$work/section.provisional") $(steps "$work/section.$section"); do
        echo "nft -f '$step' || exit 1"
      done
      for table in $tables; do echo "nft -s list table inet $table 2>/dev/null || true"; done
    } >"$work/rehearsal"
    status=0
    unshare -n sh "$work/rehearsal" "$work" >"$work/after" 2>"$work/nft.err" 9>&- || status=$?
    case $status in
    0) words <"$work/after" >"$work/section.$section.words" ;;
    # Something in the live tables can't be loaded elsewhere (a rule about a link that exists only here).
    9) ;;
    *) refuse nft "$section: $(nft_said)" ;;
    esac
  done
}

# check_boot_file NAME: only our own tables, which load.
check_boot_file() {
  [ -s "$work/section.$1.1" ] || return 0
  check_words "$work/section.$1.1"
  unshare -n sh -c 'nft -f "$1" && nft list tables' sh "$work/section.$1.1" >"$work/found" 2>"$work/nft.err" 9>&- ||
    refuse nft "$1: $(nft_said)"
  strange=$(grep -vxE "table inet ($(echo "$tables" | tr ' ' '|'))" "$work/found" | head -n 1 || true)
  [ -z "$strange" ] || refuse input "not one of jeda's own tables: $strange"
}

as_expected() {
  [ ! -e "$1.words" ] || { live_words >"$work/words" && cmp -s "$work/words" "$1.words"; }
}

