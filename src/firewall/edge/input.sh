# --- input, and the lock ---

# No leading zero: $((010)) is 8.
is_number() {
  case $1 in
  0) return 0 ;;
  '' | 0* | *[!0-9]*) return 1 ;;
  esac
  [ ${#1} -le 15 ]
}

need_number() {
  is_number "$2" || refuse input "$1 must be a whole number, not '$2'"
}

# Everything is read before the lock is taken and before a timeout is computed: a connection that stalls in the
# middle must not hold the edge, and its words must not count from an old moment.
read_input() {
  head -c 8388609 >"$work/stdin"
  [ "$(wc -c <"$work/stdin")" -le 8388608 ] || refuse input "more than 8 MiB of input"
}

complete_input() {
  [ "$(tail -n 1 "$work/stdin")" = "#jeda end" ] || refuse input "the input was cut short: its last line is not '#jeda end'"
}

# "#jeda NAME" starts the section NAME; its text goes to the file section.NAME, or with "#jeda then" to
# section.NAME.2 and so on: one transaction each.
split_input() {
  awk -v dir="$work" '
    /^#jeda then$/ { if (file == "") exit 1; step++; file = base "." step; printf "" > file; next }
    /^#jeda end$/ { file = ""; next }
    /^#jeda [a-z_]+$/ { base = dir "/section." $2; step = 1; file = base ".1"; printf "" > file; next }
    { if (file == "") exit 1; print > file }
  ' "$work/stdin" || refuse input "text outside of a section"
}

take_lock() {
  exec 9>"$run/lock"
  flock -w 20 9 || refuse busy "another command has held $run/lock for 20 s"
  # From here on a lost connection must not stop half way between a change and its reading back.
  trap '' HUP PIPE
}

nft_do() {
  nft "$@" 2>"$work/nft.err" 9>&-
}

nft_said() {
  tr -s ' \t' ' ' <"$work/nft.err" | grep -v '^ *[\^~ ]*$' | head -n 4 || true
}

has_table() {
  nft list table inet "$1" >/dev/null 2>&1
}

