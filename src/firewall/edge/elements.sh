# --- the elements of the lease sets ---

# "1d2h3m4s5ms", as nft prints a time, in milliseconds.
milliseconds='
  function milliseconds(text,   total, number) {
    total = 0
    while (match(text, /^[0-9]+/)) {
      number = substr(text, 1, RLENGTH) + 0; text = substr(text, RLENGTH + 1)
      if (sub(/^ms/, "", text)) total += number
      else if (sub(/^s/, "", text)) total += number * 1000
      else if (sub(/^m/, "", text)) total += number * 60000
      else if (sub(/^h/, "", text)) total += number * 3600000
      else if (sub(/^d/, "", text)) total += number * 86400000
      else break
    }
    return total
  }'

# Smallest default timeout of the lease sets: the site's maximum isolation. 0 when a set has none.
maximum_ms() {
  for set in $lease_sets; do
    nft -s list set inet jeda_window "$set" 2>/dev/null | awk "$milliseconds"'
      $1 == "timeout" && !seen { printf "%d\n", milliseconds($2); seen = 1 }
      END { if (!seen) print 0 }'
  done | sort -n | head -n 1
}

check_elements() {
  sed '$d' "$work/stdin" >"$work/elements"
  [ -s "$work/elements" ] || refuse input "no element"
  [ "$(wc -l <"$work/elements")" -le 20000 ] || refuse input "more than 20000 elements"
  bad=$(awk '
    NF == 2 && $1 == "isolated_if" && length($2) <= 15 && $2 ~ /^[A-Za-z0-9_.@-]+$/ { next }
    NF == 2 && $1 == "isolated_v4" && $2 ~ /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+(\/[1-9][0-9]?)?$/ { next }
    NF == 2 && $1 == "isolated_v6" && $2 ~ /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(\/[1-9][0-9]?[0-9]?)?$/ { next }
    NF == 2 && $1 == "vault_open" && ($2 == "ipv4" || $2 == "ipv6") { next }
    { print; exit }' "$work/elements")
  [ -z "$bad" ] || refuse input "not a set and a value that may be leased: '$bad'"
  sort -u "$work/elements" >"$work/sorted"
}

# One line "SET { a timeout Tms, b timeout Tms }" for each set; $1 is the text behind each value.
grouped() {
  awk -v suffix="$1" '
    function value(set, text) { return set == "isolated_if" ? "\"" text "\"" : text }
    $1 != last { if (last != "") print " }"; printf "%s { ", $1; last = $1; comma = "" }
    { printf "%s%s%s", comma, value($1, $2), suffix; comma = ", " }
    END { if (last != "") print " }" }' "$work/sorted"
}

# add, delete, add: never absent, renewed on every kernel, and it works when the element has just expired.
load_lease() {
  {
    grouped " timeout ${1}ms" | sed 's/^/add element inet jeda_window /'
    grouped "" | sed 's/^/delete element inet jeda_window /'
    grouped " timeout ${1}ms" | sed 's/^/add element inet jeda_window /'
  } >"$work/lease.nft"
  nft_do -f "$work/lease.nft"
}

# Values are compared as text: in nft's own form (no host bits; /32 and /128 are taken off).
plain_value='
  function plain(text) { gsub(/["\t ]/, "", text); sub(/\/32$/, "", text); if (text ~ /:/) sub(/\/128$/, "", text); return text }'

# The lease sets as the kernel holds them, "SET VALUE EXPIRES_MS KIND" for each element: EXPIRES_MS is -1 for an
# endless one, KIND is "fraction" where its timeout is no whole second, else "whole". `nft get element` leaves out the
# time of a prefix, so the whole table is listed.
live_elements() {
  nft list table inet jeda_window 9>&- | awk "$milliseconds$plain_value"'
    $1 == "set" { set = $2 }
    /[\t ]elements = \{/ { inside = 1; text = ""; sub(/.*elements = \{/, "") }
    inside { text = text $0 }
    inside && /\}/ {
      inside = 0
      sub(/\}.*/, "", text)
      n = split(text, part, ",")
      for (i = 1; i <= n; i++) {
        value = part[i]; sub(/ timeout .*/, "", value); sub(/ expires .*/, "", value)
        ms = -1
        if (match(part[i], /expires [0-9a-z]+/)) ms = milliseconds(substr(part[i], RSTART + 8, RLENGTH - 8))
        print set, plain(value), sprintf("%.0f", ms), (part[i] ~ /timeout [0-9a-z]*[0-9]ms / ? "fraction" : "whole")
      }
    }'
}

# Prints "COUNT SHORTEST LONGEST" of the leased elements as the kernel holds them; an endless one counts as long.
read_lease() {
  live_elements | awk "$plain_value"'
    FILENAME != "-" { wanted[$1 " " plain($2)] = 1; next }
    ($1 " " $2) in wanted {
      ms = $3 < 0 ? 1e12 : $3
      if (!count || ms < shortest) shortest = ms
      if (!count || ms > longest) longest = ms
      count++
    }
    END { printf "%.0f %.0f %.0f\n", count, shortest, longest }' "$work/sorted" -
}
