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

# The window's table as the kernel holds it now, in $work/table, and the elements of its sets in $work/live. False
# where there is no such table. `nft get element` leaves out the time of a prefix, so the whole table is listed.
read_table() {
  nft list table inet jeda_window >"$work/table" 2>/dev/null 9>&- || return 1
  live_elements <"$work/table" >"$work/live"
}

# Smallest default timeout of the lease sets: the site's maximum isolation. 0 when a set has none. Of $work/table.
maximum_ms() {
  awk -v sets="$lease_sets" "$milliseconds"'
    $1 == "set" { set = $2 }
    $1 == "chain" { set = "" }
    $1 == "timeout" && set != "" && !(set in found) { found[set] = milliseconds($2) }
    END {
      n = split(sets, name, " ")
      for (i = 1; i <= n; i++) {
        ms = found[name[i]] + 0
        if (i == 1 || ms < least) least = ms
      }
      printf "%d\n", least
    }' "$work/table"
}

check_elements() {
  sed '$d' "$work/stdin" >"$work/elements"
  [ -s "$work/elements" ] || refuse input "no element"
  bad=$(awk '
    NF == 2 && $1 == "isolated_if" && length($2) <= 15 && $2 ~ /^[A-Za-z0-9_.@-]+$/ { next }
    NF == 2 && $1 == "isolated_v4" && $2 ~ /^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+(\/[1-9][0-9]?)?$/ { next }
    NF == 2 && $1 == "isolated_v6" && $2 ~ /^[0-9a-fA-F:.]*:[0-9a-fA-F:.]*(\/[1-9][0-9]?[0-9]?)?$/ { next }
    NF == 2 && $1 == "vault_open" && ($2 == "ipv4" || $2 == "ipv6") { next }
    { print; exit }' "$work/elements")
  [ -z "$bad" ] || refuse input "not a set and a value that may be leased: '$bad'"
  sort -u "$work/elements" >"$work/sorted"
}

# Values are compared as text: in nft's own form (no host bits; /32 and /128 are taken off).
plain_value='
  function plain(text) { gsub(/["\t ]/, "", text); sub(/\/32$/, "", text); if (text ~ /:/) sub(/\/128$/, "", text); return text }'

# load_lease TIMEOUT_MS: those in $work/sorted.
load_lease() {
  awk -v left="$1" '{ print $1, $2, left }' "$work/sorted" >"$work/change"
  load_change
}

# The lines "SET VALUE TIMEOUT_MS" of $work/change, 0 for what is to go; all other elements of these sets, as they
# stand in $work/live, keep their ends. One transaction that empties each set and fills it: no packet meets an empty
# one, an element that has just expired is in nobody's way, and it takes no longer than filling. (`delete element`
# with thousands of prefixes takes nft minutes.)
load_change() {
  grants | awk -v now="$(boot_ms)" "$plain_value"'
    # A timeout of ours is never whole seconds, what a hand typed mostly is: that stays so (grants.sh).
    function rest(ms, kind, end,   part) {
      if (end != "" && end - now < ms) ms = end - now
      part = ms % 1000
      if (kind == "whole") return ms - part
      if (part < 100) return ms - part - 100
      return part > 900 ? ms - part + 900 : ms
    }
    function put(set, value, timeout) {
      if (set == "isolated_if") value = "\"" value "\""
      if (timeout != "") timeout = " timeout " sprintf("%.0f", timeout) "ms"
      list[set, ++filled[set]] = value timeout
    }
    FILENAME == ARGV[1] {
      changed[$1 " " plain($2)] = 1
      if (!($1 in filled)) { filled[$1] = 0; sets[++count] = $1 }
      if ($3 > 0) put($1, $2, $3)
      next
    }
    FILENAME == "-" { ends[$1 " " plain($2)] = $3; next }
    !($1 in filled) || ($1 " " $2) in changed { next }
    $3 < 0 { put($1, $2, ""); next }
    { ms = rest($3, $4, ends[$1 " " $2]); if (ms > 0) put($1, $2, ms) }
    END {
      for (i = 1; i <= count; i++) {
        set = sets[i]
        print "flush set inet jeda_window " set
        if (!filled[set]) continue
        printf "add element inet jeda_window %s { ", set
        for (j = 1; j <= filled[set]; j++) printf "%s%s", (j > 1 ? ", " : ""), list[set, j]
        print " }"
      }
    }' "$work/change" - "$work/live" >"$work/lease.nft" || return 1
  nft_do -f "$work/lease.nft"
}

# The elements of the lease sets in a listing, "SET VALUE EXPIRES_MS KIND" for each: EXPIRES_MS is -1 for an endless
# one, KIND is "fraction" where its timeout is no whole second, else "whole". A listing is broken between elements.
live_elements() {
  awk "$milliseconds$plain_value"'
    $1 == "set" { set = $2 }
    /[\t ]elements = \{/ { inside = 1; sub(/.*elements = \{/, "") }
    inside {
      # A hand may have written a comment, with whatever in it.
      gsub(/ comment "[^"]*"/, "")
      last = sub(/\}.*/, "")
      n = split($0, part, ",")
      for (i = 1; i <= n; i++) {
        m = split(part[i], word, " ")
        if (m == 0) continue
        ms = -1
        kind = "whole"
        for (k = 2; k < m; k++) {
          if (word[k] == "expires") ms = (word[k + 1] in known) ? known[word[k + 1]] : (known[word[k + 1]] = milliseconds(word[k + 1]))
          if (word[k] == "timeout" && word[k + 1] ~ /[0-9]ms$/) kind = "fraction"
        }
        print set, plain(word[1]), sprintf("%.0f", ms), kind
      }
      if (last) inside = 0
    }'
}

# Prints "COUNT SHORTEST LONGEST" of the elements in $work/sorted as they stand in $work/live; an endless one counts as long.
read_lease() {
  awk "$plain_value"'
    FILENAME == ARGV[1] { wanted[$1 " " plain($2)] = 1; next }
    ($1 " " $2) in wanted {
      ms = $3 < 0 ? 1e12 : $3
      if (!count || ms < shortest) shortest = ms
      if (!count || ms > longest) longest = ms
      count++
    }
    END { printf "%.0f %.0f %.0f\n", count, shortest, longest }' "$work/sorted" "$work/live"
}
