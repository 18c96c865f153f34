#!/bin/sh
# What an edge runs for jeda: nothing but nft, sh and sshd. Each of the three SSH keys has it as forced command,
#   restrict,command="/usr/local/lib/jeda/edge read|window|policy"
# and the verb comes in SSH_ORIGINAL_COMMAND. `edge boot` loads the confirmed policy before forwarding starts;
# `edge host VERB` is the same for the backup host's own table, from a root shell. The answer is one line of
# JSON; docs/edge-protocol.md describes the verbs. POSIX sh, plus flock, unshare and sha256sum of util-linux and
# coreutils.
set -eu
umask 077
PATH=/usr/sbin:/usr/bin:/sbin:/bin
LC_ALL=C
export PATH LC_ALL

# Tests move the two directories. Over SSH nobody can: the environment is the client's word there.
if [ -n "${SSH_CONNECTION:-}" ]; then
  run=/run/jeda
  etc=/etc/jeda
else
  run=${JEDA_RUN:-/run/jeda}
  etc=${JEDA_ETC:-/etc/jeda}
fi
work=
tab=$(printf '\t')
lease_sets="isolated_if isolated_v4 isolated_v6 vault_open"

