# --- what this script needs of its host ---

# By Debian package. First of all: a program that is missing half way would be told as something else.
needed="nftables:nft util-linux:flock util-linux:unshare util-linux:setsid mawk:awk sed:sed grep:grep iproute2:ip
  diffutils:cmp coreutils:sha256sum coreutils:stat coreutils:mktemp coreutils:head coreutils:tail coreutils:cut
  coreutils:sort coreutils:tr coreutils:wc coreutils:readlink coreutils:sync coreutils:date"

need_programs() {
  lacking=
  for one in $needed; do
    command -v "${one#*:}" >/dev/null 2>&1 || lacking="$lacking, ${one#*:} (Debian package ${one%%:*})"
  done
  # These cost a process each, and what they find was there when the window was made ready.
  case $verb in list | apply | install) need_versions ;; esac
  [ -n "$lacking" ] || return 0
  case $verb in
  # What locks the vault or reconnects goes as far as it can.
  boot | release | shut | watch) echo "jeda: this host lacks${lacking#,}" >&2 ;;
  *) refuse lacking "this host lacks${lacking#,}" ;;
  esac
}

need_versions() {
  ! command -v flock >/dev/null 2>&1 || flock -s -w 1 "$self" true 2>/dev/null ||
    lacking="$lacking, a flock that knows -w (Debian package util-linux, not busybox)"
  # By its names nft tells "icmp" and "ipv6-icmp".
  grep -qs '^ipv6-icmp' /etc/protocols || lacking="$lacking, /etc/protocols (Debian package netbase)"
  version=$(nft --version 2>/dev/null | sed -n 's/^nftables v\([0-9.]*\).*/\1/p')
  [ -z "$version" ] || echo "$version" | awk -F . '{ exit !($1 * 10000 + $2 * 100 + $3 >= 908) }' ||
    lacking="$lacking, nft 0.9.8 or newer (Debian package nftables; it is $version)"
}

