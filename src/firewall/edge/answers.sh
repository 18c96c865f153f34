# --- answers ---

# A file's text as a JSON string.
json_text() {
  printf '"'
  tr -d '\000-\010\013-\037\177' <"$1" | sed "s/\\\\/\\\\\\\\/g; s/\"/\\\\\"/g; s/$tab/\\\\t/g; s/\$/\\\\n/" | tr -d '\n'
  printf '"'
}

# Cut before it is escaped: an escape that is cut in two is no JSON.
json_words() {
  printf '%s' "$1" | tr '\n\t' '  ' | tr -d '\000-\037\177' | cut -c 1-600 | sed 's/ *$//; s/\\/\\\\/g; s/"/\\"/g'
}

refuse() {
  # The first standard output, wherever this is called from.
  printf '{"ok":false,"code":"%s","message":"%s"}\n' "$1" "$(json_words "$2")" >&3
  exit 3
}

