# Run on the backup host by the Runner resource: sh -c THIS runner VERB
set -u
export LC_ALL=C
home=/opt/jeda
secrets=/etc/jeda/credentials.json
files='node runner.mjs jeda-runner serve-repository.sh backup-read runbook'

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
  for directory in $home ${secrets%/*} /var/lib/jeda /var/lib/jeda/windows; do
    [ ! -d "$directory" ] || { chown 0:0 "$directory" && chmod go-w "$directory"; } || exit 1
  done
  for name in $files; do
    [ ! -e "$home/$name" ] || chattr -ia "$home/$name" 2>/dev/null || true
  done
  for secret in $secrets ${secrets%/*}/promotion.key; do
    [ ! -f "$secret" ] || { chattr -ia "$secret" 2>/dev/null || true; chown 0:0 "$secret" && chmod 0600 "$secret"; } || exit 1
  done
  ;;
lacking)
  PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
  for name in restic rest-server rclone; do command -v $name >/dev/null 2>&1 || echo $name; done
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
