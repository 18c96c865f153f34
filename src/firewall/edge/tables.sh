# --- reading back: tables as text ---

file_json() {
  if [ -f "$1" ]; then json_text "$1"; else printf null; fi
}

# One table of a listing of several.
boot_table_json() {
  sed -n "/^table inet $1 {\$/,/^}\$/p" "$work/atboot" >"$work/table"
  if [ -s "$work/table" ]; then json_text "$work/table"; else printf null; fi
}

# A live table as this nft would print it, had it loaded the table itself: what another one loaded, before an upgrade
# or after one was taken back, it prints in other words. Only where it is not what is wanted, word for word.
table_json() {
  if ! nft -s list table inet "$1" >"$work/table" 2>/dev/null; then
    printf null
    return
  fi
  if [ -s "$work/canonical.$1" ] && ! without_elements <"$work/table" | cmp -s - "$work/canonical.$1"; then
    ! unshare -n sh -c 'nft -f "$1" && nft -s list table inet "$2"' sh "$work/table" "$1" >"$work/relisted" 2>/dev/null 9>&- ||
      mv "$work/relisted" "$work/table"
  fi
  json_text "$work/table"
}

# "BRIDGE PORT" a line: frames between the ports of a bridge never meet the forward hook.
bridge_ports() {
  names='s/^[0-9]*: \([^:@]*\).*/\1/'
  ip -o link show type bridge 2>/dev/null | sed "$names" | while read -r bridge; do
    ip -o link show master "$bridge" 2>/dev/null | sed "$names" | sed "s/^/$bridge /"
  done
}

# The wanted text as this edge's own nft prints it: loaded in a network namespace of its own. `include` and the
# like are refused, for an error message would quote the file.
canonical_json() {
  file=$work/section.$1.1
  if [ ! -e "$file" ]; then
    printf null
    return
  fi
  check_words "$file"
  unshare -n sh -c 'nft -f "$1" && nft -s list table inet "$2"' sh "$file" "$1" >"$work/canonical.$1" 2>"$work/nft.err" 9>&- ||
    refuse nft "wanted table inet $1: $(nft_said)"
  json_text "$work/canonical.$1"
}

