# --- the answer between two marks ---

# The end of every script that a key has as its forced command. The caller's mark comes before the verb: the answer
# stands between two lines of it, on both streams, whatever the login of this account prints around it. The lines come
# from subshells: a connection that has gone must not keep a verb from being carried out.
take_mark() {
  mark=
  case ${SSH_ORIGINAL_COMMAND-} in
  jeda-*) asked=${SSH_ORIGINAL_COMMAND%% *} ;;
  *) return 0 ;;
  esac
  case ${asked#jeda-} in
  '' | *[!0-9a-f]*) return 0 ;;
  esac
  mark=$asked
  SSH_ORIGINAL_COMMAND=${SSH_ORIGINAL_COMMAND#"$mark"}
  SSH_ORIGINAL_COMMAND=${SSH_ORIGINAL_COMMAND# }
  (echo "$mark begin" && echo "$mark begin" >&2) || :
}

leave() {
  status=$?
  [ -z "${work:-}" ] || rm -rf "$work"
  [ -z "$mark" ] || (echo "$mark end $status." >&3 && echo "$mark end $status." >&2) || :
}

# The first standard output, from wherever an answer is written.
exec 3>&1
take_mark
trap leave EXIT
trap 'exit 1' HUP INT PIPE TERM
main "$@"
exit
