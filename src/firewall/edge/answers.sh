# --- answers ---

# A file's text as a JSON string.
json_text() {
  printf '"'
  tr -d '\000-\010\013-\037\177' <"$1" | sed "s/\\\\/\\\\\\\\/g; s/\"/\\\\\"/g; s/$tab/\\\\t/g; s/\$/\\\\n/" | tr -d '\n'
  printf '"'
}

json_words() {
  printf '%s\n' "$1" | tr -d '\000-\010\013-\037\177' | sed "s/\\\\/\\\\\\\\/g; s/\"/\\\\\"/g; s/$tab/ /g" | tr '\n' ' ' | cut -c 1-600 | sed 's/ *$//'
}

refuse() {
  # The first standard output, wherever this is called from.
  printf '{"ok":false,"code":"%s","message":"%s"}\n' "$1" "$(json_words "$2")" >&3
  exit 3
}

leave() {
  [ -z "$work" ] || rm -rf "$work"
}

