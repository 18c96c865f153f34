# Run on the backup host by the Runner resource: sh -c THIS runner VERB ... Payloads come on standard input.
set -u
umask 077
export LC_ALL=C
home=/opt/jeda
secrets=/etc/jeda/credentials.json
files='node runner.mjs jeda-runner runbook'

# Written beside its place and renamed: a running window keeps the file it started with, and a cut connection leaves
# the former file.
put() {
  mkdir -p "$(dirname "$1")" && cat >"$1.new" && chmod "$2" "$1.new" && sync "$1.new" && mv -f "$1.new" "$1"
}

case $1 in
look)
  IFS= read -r salt
  echo "machine $(uname -m)"
  for name in $files; do
    if [ -f "$home/$name" ]; then
      sum=$(sha256sum <"$home/$name") || exit 1
      echo "file $name ${sum%% *} $(stat -c %a "$home/$name")"
    fi
  done
  if [ -f "$secrets" ]; then
    # Salted anew each time, so that what crosses the wire says nothing about the secrets themselves.
    sum=$({ printf %s "$salt"; cat "$secrets"; } | sha256sum) || exit 1
    echo "credentials ${sum%% *} $(stat -c %a:%u "$secrets")"
  fi
  ;;
put)
  case " $files " in *" $2 "*) ;; *) echo "unknown file $2" >&2; exit 2 ;; esac
  put "$home/$2" "$3"
  chmod 755 "$home"
  ;;
put-credentials)
  put "$secrets" 600
  ;;
running)
  # The runner holds this lock as long as a window of the hospital is on.
  for journal in /var/lib/jeda/windows/*/journal.jsonl; do
    [ -f "$journal" ] || continue
    grep -q '"type":"ended"' "$journal" || basename "$(dirname "$journal")"
  done
  ;;
remove)
  for name in $files; do rm -f "$home/$name" "$home/$name.new"; done
  rm -f "$secrets" "$secrets.new"
  rmdir "$home" 2>/dev/null || true
  ;;
*)
  echo "unknown verb $1" >&2
  exit 2
  ;;
esac
