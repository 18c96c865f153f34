# Run on the backup host by the Repository resource: sh -c THIS repository VERB PATH, password on standard input.
# restic takes the password from standard input when that is no terminal, so it is in no argument, file or environment.
set -u
export LC_ALL=C
path=$2
say() { printf '%s\n' "$*" >&2; }
command -v restic >/dev/null 2>&1 || { say "restic is not installed on $(hostname)"; exit 21; }

case $1 in
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
