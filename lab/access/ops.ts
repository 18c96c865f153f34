/**
 * Acting as the operator's side of a lab: with the network and the SSH configuration of `ops`, and everything
 * else (files, processes, user) as it is here. Pulumi and jeda's command line run this way when a lab stands.
 */
import { existsSync } from "node:fs";
import { namespacePath } from "../machines/namespaces.ts";
import { DEFAULT_LAB, opsDir, readState, sshConfig } from "../state.ts";

const enter = `mount --bind "$1/ssh_config" /etc/ssh/ssh_config
mount --bind "$1/hosts" /etc/hosts
[ ! -e /etc/resolv.conf ] || mount --bind "$1/resolv.conf" "$(readlink -f /etc/resolv.conf)"
shift
exec "$@"`;

/** Argv to put before a command, or null when the lab does not stand. */
export function opsCommand(id: string = DEFAULT_LAB): string[] | null {
  const namespace = namespacePath(id, "ops");
  if (readState(id) === null || !existsSync(namespace) || !existsSync(sshConfig(id))) return null;
  return [
    ...["nsenter", `--net=${namespace}`, "--"],
    ...["unshare", "--mount", "--", "sh", "-euc", enter, "ops", opsDir(id)],
  ];
}
