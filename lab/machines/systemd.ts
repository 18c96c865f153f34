/** A lab host that systemd boots, with no unit but those here: its services are the boot script's as ever. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { everyHost, type LabHost } from "../hospital.ts";
import { diskDir } from "../state.ts";
import type { HostFile } from "./host-files.ts";

const marker = "/etc/lab/systemd";
const units = "/etc/systemd/system";

/** Those that other units order themselves by; what is in them on a whole system is not the lab's. */
const targets = ["sysinit", "basic", "timers", "network", "shutdown", "umount", "final"] as const;

const service = `[Unit]
Description=the lab host
Before=network-online.target

[Service]
ExecStart=/bin/sh /etc/lab/start
# It has started when its network is up.
ExecStartPost=/bin/sh -c 'until [ -e /run/lab/booted ]; do sleep 0.05; done'
TimeoutStartSec=30
`;

export const systemdFiles: readonly HostFile[] = [
  { path: marker, content: "" },
  { path: "/etc/machine-id", content: "6a656461206c616220686f7374202031\n" },
  ...targets.map((name) => ({ path: `${units}/${name}.target`, content: `[Unit]\nDescription=${name}\n` })),
  {
    path: `${units}/network-online.target`,
    content: "[Unit]\nRequires=lab.service\nAfter=lab.service\n",
  },
  {
    path: `${units}/multi-user.target`,
    content: "[Unit]\nRequires=basic.target lab.service\nAfter=basic.target lab.service\n",
  },
  { path: `${units}/lab.service`, content: service },
];

const groupName = (id: string, host: LabHost): string => `jeda-lab-${id}-${host}`;

/** Its name in the machine's tree, for a host that systemd boots; else null. */
export function controlGroup(id: string, host: LabHost): string | null {
  const laid = ["seed", "upper"].some((layer) => existsSync(join(diskDir(id, host), layer, marker)));
  return laid ? groupName(id, host) : null;
}

/** The empty groups that a dead host leaves, which are the kernel's and go with no mount. */
export async function removeControlGroups(id: string): Promise<void> {
  const names = everyHost.flatMap((host) => controlGroup(id, host) ?? []);
  if (names.length === 0) return;
  const script = `mount -t cgroup2 none /mnt && cd /mnt
    for name; do [ ! -d "$name" ] || find "$name" -depth -type d -exec rmdir {} +; done`;
  await execa("unshare", ["--mount", "sh", "-c", script, "sh", ...names]);
}
