/**
 * What runs on a probe point: one bash script, sent as the command of one SSH session, so that nothing has to be
 * installed there. It is text in a module because the runner is a single bundled file. The first line in is a mark;
 * then requests and answers are lines: "ID VERB ARGUMENTS" in, "MARK ID WORD [BASE64]" out, whatever else a login
 * prints there; requests run at the same time. An answer is one write
 * of less than 4,096 bytes, so that answers never mix. It needs bash, and coreutils' timeout, head and base64;
 * ping and curl only where they are asked for. No braces in variables: this is a template literal.
 */
export const proberScript = String.raw`
export LC_ALL=C
# The shells started below are no logins: none of them reads a start-up file, which would print among what is tried.
unset BASH_ENV ENV SSH_CLIENT SSH2_CLIENT
trap '' PIPE
read -r mark
answer() { printf '%s %s %s\n' "$mark" "$1" "$2"; }

# The end of a failed connection, from bash's own words. 124 is timeout's, 127 is a missing program.
why() {
  case $1:$2 in
  124:*) echo cut ;;
  127:*) echo unknown ;;
  *refused*) echo refused ;;
  *) echo cut ;;
  esac
}

try_tcp() {
  local said
  if said=$(timeout "$4" bash -c 'exec 3<>"/dev/tcp/$1/$2"' - "$2" "$3" 2>&1); then
    answer "$1" open
  else
    answer "$1" "$(why $? "$said")"
  fi
}

try_ping() {
  local said status
  said=$(timeout "$3" ping -n -c 1 -W "$3" "$2" 2>&1)
  status=$?
  case $status:$said in
  0:*) answer "$1" open ;;
  1:* | 124:* | *unreachable*) answer "$1" cut ;;
  *) answer "$1" unknown ;;
  esac
}

try_http() {
  local said status
  said=$(timeout "$6" bash -c '
    exec 3<>"/dev/tcp/$1/$2" || exit 9
    printf "GET %s HTTP/1.0\r\nHost: %s\r\nUser-Agent: jeda\r\nConnection: close\r\n\r\n" "$3" "$4" >&3
    head -c 2900 <&3 | base64 -w 0' - "$2" "$3" "$4" "$5" 2>&1)
  status=$?
  if [ $status = 0 ]; then answer "$1" "open $said"; else answer "$1" "$(why $status "$said")"; fi
}

try_https() {
  local said status
  command -v curl >/dev/null || { answer "$1" unknown; return; }
  said=$(set -o pipefail; curl -qsSi --max-time "$3" "$2" 2>/dev/null | head -c 2900 | base64 -w 0)
  status=$?
  if [ -n "$said" ]; then answer "$1" "open $said"; else answer "$1" "$(why $status '')"; fi
}

# One process keeps one connection; its orders come on its standard input. A connect of bash's can't be given a
# time, so a watchdog ends the whole process.
holder() {
  local request=$1 host=$2 port=$3 dog line status
  trap '' PIPE
  ( read -rt "$4" _ <> <(:)
    kill -KILL "$5" 2>/dev/null && answer "$request" cut ) &
  dog=$!
  if ! { exec 3<>"/dev/tcp/$host/$port"; } 2>/dev/null; then
    kill "$dog" 2>/dev/null
    answer "$request" cut
    return
  fi
  kill "$dog" 2>/dev/null
  answer "$request" open
  while read -r request seconds; do
    # Only what comes from now on counts: TCP sends again what was dropped, and if the way was open for a while
    # between two trials, the answer to the one before has arrived.
    for line in 1 2 3 4 5 6 7 8; do
      read -rt 0 -u 3 && IFS= read -rt 0.05 -N 65536 -u 3 _ || break
    done
    printf 'GET / HTTP/1.1\r\nHost: %s\r\nUser-Agent: jeda\r\n\r\n' "$host" >&3 2>/dev/null ||
      { answer "$request" unknown; continue; }
    IFS= read -rt "$seconds" -u 3 line
    status=$?
    # Above 128 the time was over: nothing came. Another failure is an end of file: the far end has closed it.
    if [ $status = 0 ]; then answer "$request" open
    elif [ $status -gt 128 ]; then answer "$request" cut
    else answer "$request" unknown; fi
    for line in 1 2 3 4 5 6 7 8; do IFS= read -rt 0.05 -N 4096 -u 3 _ || break; done
  done
}

echo "$mark begin"
echo "$mark begin" >&2
while read -r id verb a b c d e; do
  case $verb in
  tcp) try_tcp "$id" "$a" "$b" "$c" & ;;
  ping) try_ping "$id" "$a" "$b" & ;;
  http) try_http "$id" "$a" "$b" "$c" "$d" "$e" & ;;
  https) try_https "$id" "$a" "$b" & ;;
  hold)
    exec {w}> >(holder "$id" "$b" "$c" "$d" $BASHPID)
    eval "held_$a=$w"
    ;;
  exercise)
    eval "w=\$held_$a"
    if [ -z "$w" ] || ! printf '%s %s\n' "$id" "$b" >&"$w" 2>/dev/null; then answer "$id" unknown; fi
    ;;
  *) answer "$id" unknown ;;
  esac
done
`;
