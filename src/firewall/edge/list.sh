# --- reading back: the listing ---

check_words() {
  bad=$(sed 's/"[^"]*"//g' "$1" | grep -nE '(^|[^A-Za-z0-9_./-])(include|define|redefine|undefine)([^A-Za-z0-9_./-]|$)' | head -n 1 || true)
  [ -z "$bad" ] || refuse input "not allowed in a table: line $bad"
}

# Everything but our own tables, for a foreign one may be pinned by its content. Terse: without the elements of sets
# and maps, which may be tens of thousands, and of which many come and go by themselves.
foreign_tables() {
  nft -t -s list ruleset 2>/dev/null | awk -v own=" $tables " '
    /^table / { skipping = ($2 == "inet" && index(own, " " $3 " ") > 0) }
    !skipping { print }
    /^}/ { skipping = 0 }'
}

# Tables of the older iptables, which nft does not list: "ip filter", "ip6 nat".
legacy_tables() {
  for family in ip ip6 arp; do
    sed "s/^/$family /" "/proc/net/${family}_tables_names" 2>/dev/null || true
  done | tr '\n' ',' | sed 's/,$//'
}

# each_table COMMAND: members of a JSON object, what the command says of each of our tables.
each_table() {
  comma=
  for table in $tables; do
    printf '%s"%s":' "$comma" "$table"
    "$1" "$table"
    comma=,
  done
}

verb_list() {
  read_input
  [ ! -s "$work/stdin" ] || { complete_input; split_input; }
  printf '{"ok":true,"clock":%s,"scriptSha256":"%s","wanted":{' "$(clock_json)" "$(own_sha256)" >"$work/answer"
  each_table canonical_json >>"$work/answer"
  printf '},"tables":{' >>"$work/answer"
  each_table table_json >>"$work/answer"
  # With `-s` the remaining time of a lease is hidden, hence the table once more.
  nft list table inet jeda_window >"$work/leases" 2>/dev/null || : >"$work/leases"
  nft list chains >"$work/chains" 2>/dev/null || : >"$work/chains"
  nft list flowtables >"$work/flowtables" 2>/dev/null || : >"$work/flowtables"
  foreign_tables >"$work/others"
  {
    printf '},"leases":' && json_text "$work/leases"
    printf ',"chains":' && json_text "$work/chains"
    printf ',"flowtables":' && json_text "$work/flowtables"
    printf ',"others":' && json_text "$work/others"
    printf ',"legacy":"%s"' "$(legacy_tables)"
    bridge_ports >"$work/bridges"
    printf ',"bridges":' && json_text "$work/bridges"
    grants >"$work/granted"
    printf ',"grants":' && json_text "$work/granted"
    facts >"$work/facts" 2>/dev/null || true
    own_keys >"$work/keys" 2>/dev/null || true
    printf ',"facts":' && json_text "$work/facts"
    printf ',"keys":' && json_text "$work/keys"
    printf ',"scriptMode":"%s","persisted":' "$(mode_of "$place")"
    file_json "$etc/$persisted"
    printf ',"persistedMode":"%s","minimal":' "$(mode_of "$etc/$persisted")"
    file_json "$etc/$minimal"
    printf ',"minimalMode":"%s"' "$(mode_of "$etc/$minimal")"
    printf ',"fallback":'
    if [ -s "$run/fallback" ]; then printf '"%s"' "$(cat "$run/fallback")"; else printf null; fi
    # What the next boot would make of it: the file may be older than this nft.
    if [ "$mode" != window ] && [ -f "$etc/$persisted" ]; then
      if listed "$etc/$persisted" >"$work/atboot" 2>"$work/nft.err"; then
        printf ',"persistedTables":{'
        each_table boot_table_json
        printf '}'
      else
        printf ',"persistedRefused":"%s"' "$(json_words "$(nft_said)")"
      fi
    fi
    echo '}'
  } >>"$work/answer"
  cat "$work/answer"
}

verb_clock() {
  printf '{"ok":true,"clock":%s}\n' "$(clock_json)"
}

