/** SSH destinations: each leads to one host, or one host would be given what is meant for another. */

import type { WrittenStack } from "../schema/stack.ts";
import { quote } from "../yaml/invalid.ts";
import type { Path } from "../yaml/positions.ts";
import type { Problems } from "../yaml/problems.ts";

export function checkDestinations(
  { edges = [], backupHost, segments = [] }: Partial<WrittenStack>,
  problems: Problems,
): void {
  const used = new Map<string, string>();
  const use = (destination: string, host: string, path: Path): void => {
    const before = used.get(destination);
    if (before === undefined || before === host) used.set(destination, host);
    else {
      const hint = "give each host a destination of its own, as it stands in ssh_config";
      problems.add(path, `${quote(destination)} of ${host} already leads to ${before}`, hint);
    }
  };
  for (const [index, { name, ssh }] of edges.entries()) {
    for (const destination of new Set([ssh.read, ssh.window, ssh.policy])) {
      use(destination, `the edge ${name}`, ["edges", index, "ssh"]);
    }
  }
  if (backupHost !== undefined) {
    const { ssh, sshRead = ssh } = backupHost;
    for (const one of new Set([ssh, sshRead])) use(one, "the backup host", ["backupHost", "ssh"]);
  }
  for (const [index, { name, probePoint }] of segments.entries()) {
    if (probePoint === undefined) continue;
    use(probePoint, `the probe point of ${name}`, ["segments", index, "probePoint"]);
  }
}
