#!/bin/sh
# What the backup host tells of itself, and nothing else: the forced command of its read-only key,
#   restrict,command="/opt/jeda/backup-read" ssh-ed25519 …
# The verb comes in SSH_ORIGINAL_COMMAND. Whoever has a root shell there is answered the same way (the text is sent
# to it). It changes nothing, and of secrets it says only whether they are those that the caller already has.
# The answer is one line of JSON; docs/edge-protocol.md describes the verbs.
set -eu
umask 077
usual=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
# Of a client's environment nothing is believed.
if [ -n "${SSH_ORIGINAL_COMMAND+set}" ]; then PATH=$usual; else PATH=${PATH:-}:$usual; fi
LC_ALL=C
export PATH LC_ALL

home=/opt/jeda
etc=/etc/jeda
state=/var/lib/jeda
firewall=/usr/local/lib/jeda/firewall
tab=$(printf '\t')

json_text() {
  printf '"'
  tr -d '\000-\010\013-\037\177' | sed "s/\\\\/\\\\\\\\/g; s/\"/\\\\\"/g; s/$tab/\\\\t/g; s/\$/\\\\n/" | tr -d '\n'
  printf '"'
}

refuse() {
  printf '{"ok":false,"code":"%s","message":%s}\n' "$1" "$(printf '%s' "$2" | tr '\n' ' ' | cut -c 1-600 | json_text | sed 's/\\n"$/"/')" >&3
  exit 3
}

# A fact a line: what kind, its name, and the rest.
tell() {
  text=$("$@") || exit $?
  printf '{"ok":true,"text":%s}\n' "$(printf '%s\n' "$text" | json_text)"
}

# "755:0:0", a symbolic link's own; with "+i" where not even root may change it, "+acl" where a list lets others in.
mode_of() {
  flags=$(lsattr -d "$1" 2>/dev/null | cut -d ' ' -f 1) || flags=
  case $flags in *[ia]*) locked=+i ;; *) locked= ;; esac
  case $(ls -ld "$1") in ??????????+*) locked=$locked+acl ;; esac
  echo "$(stat -c %a:%u:%g "$1")$locked"
}

# OpenSSL takes a fifth of the time that coreutils take for Node's 120 MB, where it is installed.
sum_of() {
  { openssl dgst -sha256 -r <"$1" 2>/dev/null || sha256sum <"$1"; } | cut -d ' ' -f 1
}

# Windows that have not ended, whether or not a process carries them on: their leases may be in the kernel.
running() {
  for journal in "$state"/windows/*/journal.jsonl; do
    [ -f "$journal" ] || continue
    grep -q '"type":"ended"' "$journal" || basename "$(dirname "$journal")"
  done
}

# Standard input: a salt, and the SHA-256 of salt and credentials as they should be. Only the answer crosses the wire.
installed() {
  IFS= read -r salt || salt=
  IFS= read -r wanted || wanted=
  echo "machine $(uname -m)"
  for name in node runner.mjs jeda-runner serve-repository.sh backup-read runbook; do
    [ ! -f "$home/$name" ] || echo "file $name $(sum_of "$home/$name") $(mode_of "$home/$name")"
  done
  for path in "$home"/* "$home"/.[!.]*; do
    case ${path##*/} in node | runner.mjs | jeda-runner | serve-repository.sh | backup-read | runbook | '*' | '.[!.]*') ;; *) echo "stray $path" ;; esac
  done
  for directory in "$home" "$etc" "$state" "$state/windows"; do
    [ ! -d "$directory" ] || echo "directory $directory $(stat -c '%a %u' "$directory")"
  done
  if [ -f "$etc/credentials.json" ]; then
    sum=$({ printf %s "$salt"; cat "$etc/credentials.json"; } | sha256sum)
    if [ "${sum%% *}" = "$wanted" ]; then same=same; else same=other; fi
    echo "credentials $same $(mode_of "$etc/credentials.json")"
  fi
  # The hash of a private key says nothing about it, and stays the same as long as it does.
  [ ! -f "$etc/promotion.key" ] || echo "key $(sum_of "$etc/promotion.key") $(mode_of "$etc/promotion.key")"
  if [ -d /run/systemd/system ]; then
    unit=/etc/systemd/system/jeda-boot.service
    if [ -f "$unit" ] && [ -e /etc/systemd/system/multi-user.target.wants/jeda-boot.service ]; then
      echo "boot $(sum_of "$unit")"
    else
      echo "boot missing"
    fi
  else
    boot_hooks 'jeda-runner["'"'"']* boot' | sed 's/^/hook runner /'
  fi
  boot_hooks 'jeda/firewall["'"'"']* host boot|jeda/host[.]nft' | sed 's/^/hook firewall /'
}

# Files that a boot runs and that hold the words. A unit counts when it is enabled, a script when it may be executed.
boot_hooks() {
  grep -rlsE "^[^#]*($1)" /etc/systemd/system /usr/lib/systemd/system /etc/init.d /etc/rc.local /etc/rc.d /etc/local.d \
    /etc/network /etc/networkd-dispatcher /etc/runit /etc/s6 /etc/crontab /etc/cron.d 2>/dev/null | while read -r hook; do
    case $hook in
    *.service)
      for link in /etc/systemd/system/*.wants/"${hook##*/}" /etc/systemd/system/*.requires/"${hook##*/}"; do
        [ ! -e "$link" ] || echo "$hook"
      done | sort -u ;;
    *) case $hook in /etc/cron* | /etc/network/interfaces*) echo "$hook" ;; *) [ ! -x "$hook" ] || echo "$hook" ;; esac ;;
    esac
  done
}

# The password comes on standard input and is taken from there by restic: it is in no argument, file or environment.
repository() {
  path=$1
  command -v restic >/dev/null 2>&1 || refuse prerequisite "restic is not installed on $(hostname)"
  if [ ! -e "$path/config" ]; then
    if [ -n "$(ls -A "$path" 2>/dev/null)" ]; then echo occupied; else echo absent; fi
    return
  fi
  # 12 is "wrong password" since restic 0.17; older ones end with 1 and say so.
  if config=$(restic --quiet --no-cache --no-lock --repo "$path" cat config 2>&1); then
    echo "present $(printf '%s' "$config" | tr -d ' \n' | sed -n 's/.*"id":"\([0-9a-f]*\)".*/\1/p')"
  else
    case $config in *"wrong password"*) echo closed; return ;; esac
    echo "broken $(printf '%s' "$config" | tr '\n' ' ' | cut -c 1-300)"
  fi
  [ ! -L "$path" ] || echo "wrong a symbolic link: whoever may write $(dirname "$path") decides where it leads"
  # Whoever may write above it may put another in its place.
  above=$path
  while above=${above%/*} && [ -n "$above" ]; do
    find "$above" -maxdepth 0 \( ! -perm -1000 \( -perm -002 -o -perm -020 ! -gid 0 \) -o ! -uid 0 ! -user jeda-repository \) -printf 'wrong in reach of others: mode %m, owner %u of %p\n' 2>/dev/null || true
  done
  owned "$path"
  served "$path"
  ls "$path/keys" | sed 's/^/key /'
}

# Two levels hold every directory of a repository; whoever may write there may delete every backup.
owned() {
  if ! uid=$(id -u jeda-repository 2>/dev/null); then
    echo "wrong not to be served: the user jeda-repository is missing"
    return
  fi
  odd=$(
    find "$1" -maxdepth 2 \( -type d \( ! -perm 2700 -o ! -uid "$uid" \) \) -o \
      \( \( -path "$1/config" -o -path "$1/keys/*" \) \( -perm /037 -o ! -uid "$uid" \) \) |
      xargs -r -d '\n' stat -c 'wrong not jeda-repository'"'"'s alone: mode %a, owner %U of %n' --
    find "$1" -mindepth 1 -maxdepth 2 -type l -printf 'wrong led elsewhere: %p is a symbolic link to %l\n'
  )
  [ -n "$odd" ] || return 0
  printf '%s\n' "$odd" | head -n 10
  more=$(($(printf '%s\n' "$odd" | wc -l) - 10))
  [ "$more" -le 0 ] || echo "wrong so in $more other places too"
}

# What jeda starts the server with, and servers of this directory, or of one above it, that were started otherwise.
served() {
  script=$home/serve-repository.sh
  [ ! -f "$script" ] || grep -v '^ *#' "$script" | grep -q 'rest-server --append-only ' ||
    echo "wrong to be served without --append-only by $script"
  # A copy under another name has the same size.
  size=$(stat -L -c %s "$(command -v rest-server)" 2>/dev/null) || size=none
  for process in /proc/[0-9]*; do
    case $(readlink "$process/exe") in */rest-server | */'rest-server (deleted)') ;; '') continue ;; *)
      [ "$(stat -L -c %s "$process/exe" 2>/dev/null)" = "$size" ] || continue ;;
    esac
    words=$(tr '\000' '\n' <"$process/cmdline") || continue
    data=$(printf '%s\n' "$words" | sed -n 's/^--path=//p; /^--path$/{n;p;}' | tail -n 1)
    case ${data:=/tmp/restic} in /*) data=$process/root$data ;; *) data=$process/cwd/$data ;; esac
    data=$(readlink -f "$data") || continue
    case $(readlink -f "$1")/ in "${data%/}"/*) ;; *) continue ;; esac
    keeps=$(printf '%s\n' "$words" | sed -n 's/^--append-only\(=true\)\{0,1\}$/all/p; s/^--append-only=.*/nothing/p' | tail -n 1)
    [ "$keeps" = all ] || echo "server ${process##*/}: $(printf %s "$words" | tr '\n' ' ' | cut -c 1-200)"
  done
}

main() {
  if [ -n "${SSH_ORIGINAL_COMMAND+set}" ]; then
    # Words only: no quoting, no patterns, no expansion.
    case $SSH_ORIGINAL_COMMAND in
    *[!A-Za-z0-9\ ./_+-]*) refuse input "not a verb: '$SSH_ORIGINAL_COMMAND'" ;;
    esac
    set -f
    # shellcheck disable=SC2086
    set -- $SSH_ORIGINAL_COMMAND
    set +f
    unset SSH_ORIGINAL_COMMAND
  fi
  verb=${1:-}
  [ $# -eq 0 ] || shift
  case $verb in
  repository) most=1 ;;
  status | report) most=1 ;;
  *) most=0 ;;
  esac
  [ $# -le $most ] || refuse input "$verb takes $most words, not $#"
  case ${1:-} in
  -* | *..*) refuse input "not a name or a path: '$1'" ;;
  esac
  case $verb in
  list | clock)
    [ -x "$firewall" ] || refuse missing "$firewall is missing or can't be executed"
    "$firewall" host "$verb"
    ;;
  running) tell running ;;
  installed) tell installed ;;
  repository)
    case ${1:-} in /*) ;; *) refuse input "not an absolute path: '${1:-}'" ;; esac
    tell repository "$1"
    ;;
  windows | status | report)
    [ -x "$home/jeda-runner" ] || refuse missing "$home/jeda-runner is missing or can't be executed"
    case $verb in
    windows) set -- inspect ;;
    status) set -- status --look ${1:+--window "$1"} ;;
    report) set -- report --json ${1:+--window "$1"} ;;
    esac
    env -i PATH="$PATH" HOME=/root "$home/jeda-runner" "$@"
    ;;
  *) refuse verb "the read key has no verb '$verb' (it has: list clock running installed repository windows status report)" ;;
  esac
}

