#!/bin/sh
# The one place that says how a restic repository is served: append-only, by a user who owns nothing else.
# Installed as /opt/jeda/serve-repository.sh and run as root:
#   serve-repository.sh user [USER]                      makes the user where it is missing
#   serve-repository.sh own REPOSITORY [USER]            the same, and gives it all that is in the repository
#   serve-repository.sh locks REPOSITORY [USER]          gives it the locks alone, which is quick
#   serve-repository.sh serve REPOSITORY SOCKETS [USER]  a server at SOCKETS/socket, until it is ended
# What restic asks to be deleted or overwritten is refused by the server, but for locks. SOCKETS is for root alone.
# Ends with 20 when the repository is missing, with 21 when a program or the user is.
set -eu
umask 077
LC_ALL=C
PATH=${PATH:-}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH

verb=$1
shift
case $verb in own | locks | serve) repository=$1; shift ;; esac
case $verb in serve) sockets=$1; shift ;; esac
user=${1:-jeda-repository}

fail() {
  code=$1
  shift
  printf '%s\n' "$*" >&2
  exit "$code"
}

# Two may want it made at once; whoever comes late finds it.
make_user() {
  for _ in 1 2 3 4 5; do
    if id -u "$user" >/dev/null 2>&1; then return; fi
    said=$(useradd --system --user-group --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin \
      --comment 'serves the restic repository for jeda' "$user" 2>&1) || sleep 1
  done
  fail 21 "the user $user can't be made: $said"
}

# Nobody but the user may read or write. The directories hand their group on, and so do files by the mode of `config`
# (restic copies it): a lock or a pack that root's own restic makes is one that the server can read. The recursion of
# chown follows no link that somebody puts in its way, and the modes are set as the user. Broken off, it goes on later.
own() {
  if [ -n "$(find "$repository" \( ! -uid "$uid" -o ! -gid "$gid" \) -print -quit)" ]; then
    chown -R -P -h "$uid:$gid" "$repository"
  fi
  cd "$repository"
  # shellcheck disable=SC2086
  setpriv $as_user -- find . -maxdepth 2 \( -type d ! -perm 2700 -exec chmod 2700 {} + \) -o \
    \( -type f ! -perm 440 -path ./config -exec chmod 440 {} + \) -o \
    \( -type f -perm /077 -path './keys/*' -exec chmod go= {} + \)
}

case $verb in user | own) make_user ;; esac
[ "$verb" != user ] || exit 0
uid=$(id -u "$user" 2>/dev/null) || fail 21 "the user $user is missing"
gid=$(id -g "$user")
as_user="--reuid $uid --regid $gid --clear-groups --no-new-privs --inh-caps=-all --bounding-set=-all"
[ -d "$repository" ] || fail 20 "$repository is no directory"

case $verb in
own)
  own
  ;;
locks)
  chown -R -P -h "$uid:$gid" "$repository/locks"
  ;;
serve)
  command -v rest-server >/dev/null 2>&1 || fail 21 "rest-server is not installed"
  own
  mkdir -p -m 711 "${sockets%/*}"
  rm -rf "$sockets"
  mkdir "$sockets"
  chown -h "$uid:$gid" "$sockets"
  # By the working directory: the ones above it may be closed to the user. The kernel ends it with the runner.
  cd "$repository"
  # shellcheck disable=SC2086
  exec setpriv $as_user --pdeathsig KILL -- \
    rest-server --append-only --no-auth --listen "unix:$sockets/socket" --path .
  ;;
*)
  fail 2 "unknown verb $verb"
  ;;
esac
