# Run on the backup host by the Repository resource: sh -c THIS repository VERB PATH, password on standard input.
# look answers absent, occupied (something else lies there), closed (another password), or present and restic's config.
# restic takes the password from standard input when that is no terminal, so it is in no argument, file or environment.
set -u
export LC_ALL=C
path=$2
say() { printf '%s\n' "$*" >&2; }
command -v restic >/dev/null 2>&1 || { say "restic is not installed on $(hostname)"; exit 21; }

case $1 in
look)
  if [ ! -e "$path/config" ]; then
    if [ -n "$(ls -A "$path" 2>/dev/null)" ]; then echo occupied; else echo absent; fi
    exit 0
  fi
  # 12 is "wrong password" since restic 0.17; older ones end with 1 and say so.
  if ! config=$(restic --quiet --no-cache --no-lock --repo "$path" cat config 2>&1); then
    case $config in
    *"wrong password"*) echo closed && exit 0 ;;
    esac
    say "$config"
    exit 23
  fi
  echo "present $(stat -c '%a %u' "$path")"
  printf '%s\n' "$config"
  ;;
guard)
  chown 0:0 "$path" && chmod go-w "$path" || exit 23
  ;;
init)
  umask 077
  mkdir -p "$path" || exit 23
  restic --quiet --no-cache --repo "$path" init >&2 || exit 23
  ;;
*)
  say "unknown verb $1"
  exit 2
  ;;
esac
