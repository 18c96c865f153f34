# Run on the backup host by the Runner resource: sh -c THIS runner VERB
set -u
export LC_ALL=C
home=/opt/jeda
secrets=/etc/jeda/credentials.json
files='node runner.mjs jeda-runner runbook'

# "PID WINDOW" of each process of the runner with this verb.
processes() {
  for cmdline in /proc/[0-9]*/cmdline; do
    words=$(tr '\000' ' ' <"$cmdline" 2>/dev/null) || continue
    case $words in *"$home/runner.mjs $1 --window "*)
      words=${words##*--window }
      pid=${cmdline%/cmdline}
      echo "${pid##*/} ${words%% *}"
      ;;
    esac
  done
}

# Whether this window has not begun, and won't within a quarter of an hour.
waits() {
  journal=/var/lib/jeda/windows/$1/journal.jsonl
  if grep -q '"type":"state"' "$journal"; then return 1; fi
  start=$(sed -n '1s/.*"deadlines":{"start":\([0-9]*\)[0-9][0-9][0-9],.*/\1/p' "$journal")
  [ -n "$start" ] && [ "$start" -gt $(($(date +%s) + 900)) ]
}

case $1 in
look)
  IFS= read -r salt
  echo "machine $(uname -m)"
  for name in $files; do
    if [ -f "$home/$name" ]; then
      sum=$(sha256sum <"$home/$name") || exit 1
      # A symbolic link's own mode, 777: what it leads to is not what was installed.
      echo "file $name ${sum%% *} $(stat -c %a:%u:%g "$home/$name")"
    fi
  done
  for directory in $home ${secrets%/*} /var/lib/jeda; do
    [ ! -d "$directory" ] || echo "directory $directory $(stat -c '%a %u' "$directory")"
  done
  if [ -f "$secrets" ]; then
    # Salted anew each time, so that what crosses the wire says nothing about the secrets themselves.
    sum=$({ printf %s "$salt"; cat "$secrets"; } | sha256sum) || exit 1
    echo "credentials ${sum%% *} $(stat -c %a:%u "$secrets")"
  fi
  ;;
running)
  # Windows that have not ended, whether or not a process carries them on: their leases may be in the kernel.
  for journal in /var/lib/jeda/windows/*/journal.jsonl; do
    [ -f "$journal" ] || continue
    grep -q '"type":"ended"' "$journal" || basename "$(dirname "$journal")"
  done
  ;;
alive)
  # Windows that a process carries out right now, or will within a quarter of an hour. A dead one must not keep its
  # own runner from being mended, nor one that waits for its night.
  processes run | while read -r _ window; do waits "$window" || echo "$window"; done | sort -u
  ;;
renew)
  # What waits was started from the files that were replaced: it begins anew, from the ones that are there now.
  for verb in supervise run; do
    processes $verb | while read -r pid window; do ! waits "$window" || kill -9 "$pid"; done
  done
  "$home/jeda-runner" boot
  ;;
guard)
  # Whoever may write in these directories may replace what is in them.
  for directory in $home ${secrets%/*} /var/lib/jeda; do
    [ ! -d "$directory" ] || { chown 0:0 "$directory" && chmod go-w "$directory"; } || exit 1
  done
  ;;
remove)
  for name in $files; do rm -f "$home/$name"; done
  rm -f "$secrets"
  rmdir "$home" 2>/dev/null || true
  ;;
*)
  echo "unknown verb $1" >&2
  exit 2
  ;;
esac
