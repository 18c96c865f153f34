# --- which verbs which key may use ---

main() {
  self=$(readlink -f "$0")
  # As it was called: a symbolic link in its place is seen.
  case $0 in */*) place=$(cd "${0%/*}" && pwd -P)/${0##*/} ;; *) place=$self ;; esac
  mode=${1:-}
  [ $# -eq 0 ] || shift
  if [ -n "${SSH_ORIGINAL_COMMAND+set}" ]; then
    [ "$mode" != host ] && [ "$mode" != boot ] && [ "$mode" != watch ] || refuse mode "$mode is not for a forced command"
    # Words only: no quoting, no patterns, no expansion.
    case $SSH_ORIGINAL_COMMAND in
    *[!a-z0-9\ -]*) refuse input "not a verb: '$SSH_ORIGINAL_COMMAND'" ;;
    esac
    set -f
    # shellcheck disable=SC2086
    set -- $SSH_ORIGINAL_COMMAND
    set +f
  elif [ "$mode" = boot ] || [ "$mode" = watch ]; then
    set -- "$mode"
  fi
  tables="jeda jeda_window"
  persisted=edge.nft
  case $mode in
  read) verbs="list clock" ;;
  window) verbs="list clock lease renew release shut" ;;
  policy) verbs="list clock apply confirm revert revoke persist install" ;;
  boot | watch) verbs=$mode ;;
  host)
    verbs="list clock apply confirm revert persist boot install"
    tables=jeda_host
    persisted=host.nft
    ;;
  *) refuse mode "not a mode: '$mode'" ;;
  esac
  minimal=${persisted%.nft}-minimal.nft
  verb=${1:-}
  case " $verbs " in
  *" ${verb:-none} "*) ;;
  *) refuse verb "the $mode key has no verb '$verb' (it has: $verbs)" ;;
  esac
  shift
  case $verb in
  lease | renew) arguments=3 ;;
  release | apply | install) arguments=1 ;;
  *) arguments=0 ;;
  esac
  [ $# -eq $arguments ] || refuse input "$verb takes $arguments arguments, not $#"
  need_programs
  mkdir -p "$run"
  work=$(mktemp -d "$run/work.XXXXXX")
  renewing=
  [ "$verb" != renew ] || { verb=lease renewing=yes; }
  "verb_$verb" "$@"
}

