/** The lab's network namespaces, by name, and the processes that live in them. */
import { readdirSync, readlinkSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { JedaError } from "../../src/model/errors.ts";
import { everyHost, type LabHost, macAddress, ports, segments, switchPort } from "../hospital.ts";

/** Besides the hosts: the switch with its bridges, and the workshop where templates are made. */
export type NamespaceOwner = LabHost | "switch" | "workshop";
export const namespaceOwners: readonly NamespaceOwner[] = [...everyHost, "switch", "workshop"];

export const namespaceName = (id: string, owner: NamespaceOwner): string => `jeda-${id}-${owner}`;
export const namespacePath = (id: string, owner: NamespaceOwner): string =>
  `/run/netns/${namespaceName(id, owner)}`;

export function namespaceExists(id: string, owner: NamespaceOwner): boolean {
  return namespaceInode(id, owner) !== null;
}

/** The inode that /proc/PID/ns/net names, or null. A bare file (a crash between its two steps) has none. */
function namespaceInode(id: string, owner: NamespaceOwner): number | null {
  const found = statSync(namespacePath(id, owner), { throwIfNoEntry: false });
  return found === undefined ? null : found.ino;
}

export async function createNamespace(id: string, owner: NamespaceOwner): Promise<void> {
  await execa("ip", ["netns", "add", namespaceName(id, owner)]);
}

/** Runs `ip` commands, one a line, in a namespace of the lab: one process and all or nothing readable. */
export async function ipBatch(id: string, owner: NamespaceOwner, lines: readonly string[]): Promise<void> {
  await execa("ip", ["-n", namespaceName(id, owner), "-batch", "-"], { input: `${lines.join("\n")}\n` });
}

/** Bridges that only carry frames: no spanning tree, no multicast snooping, no addresses of their own. */
export async function createSwitch(id: string): Promise<void> {
  await createNamespace(id, "switch");
  await execa("nsenter", [
    `--net=${namespacePath(id, "switch")}`,
    "sh",
    "-c",
    "for c in all default; do echo 1 >/proc/sys/net/ipv6/conf/$c/disable_ipv6; done",
  ]);
  await ipBatch(
    id,
    "switch",
    Object.values(segments).flatMap(({ bridge }) => [
      `link add ${bridge} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
      `link set ${bridge} up`,
    ]),
  );
}

/** Cables from the switch into a host's namespace, which still has them down: the host's boot raises them. */
export async function plugIn(id: string, host: LabHost): Promise<void> {
  await ipBatch(
    id,
    "switch",
    ports[host].flatMap((port) => {
      const end = switchPort(host, port);
      const peer = `name ${port.interface} address ${macAddress(port)} netns ${namespaceName(id, host)}`;
      return [
        `link add ${end} type veth peer ${peer}`,
        `link set ${end} master ${segments[port.segment].bridge} up`,
      ];
    }),
  );
}

/** Pulls the cables at the switch, so that a namespace that some process keeps alive reaches nobody. */
export async function unplug(id: string, host: LabHost): Promise<void> {
  for (const port of ports[host]) {
    await execa("ip", ["-n", namespaceName(id, "switch"), "link", "del", switchPort(host, port)], {
      reject: false,
    });
  }
}

/** Every process that is in this namespace of the lab now, whoever started it. */
export function namespaceProcesses(id: string, owner: NamespaceOwner): number[] {
  const inode = namespaceInode(id, owner);
  // The root namespace's inode can't be meant: a name without a namespace behind it is an ordinary file.
  if (inode === null || inode === statSync("/proc/self/ns/net").ino) return [];
  const wanted = `net:[${inode}]`;
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return readlinkSync(`/proc/${name}/ns/net`) === wanted ? [Number(name)] : [];
    } catch {
      return []; // it has ended, or is a kernel's
    }
  });
}

/**
 * Ends every process in the namespace and waits until it is empty. Throws INTERNAL when some process
 * survives ten seconds of SIGKILL.
 */
export async function endProcesses(id: string, owner: NamespaceOwner): Promise<void> {
  for (let round = 0; round < 400; round++) {
    const left = namespaceProcesses(id, owner);
    if (left.length === 0) return;
    for (const pid of left) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // it ended by itself
      }
    }
    await sleep(25);
  }
  const left = namespaceProcesses(id, owner).join(", ");
  throw new JedaError("INTERNAL", `processes of ${namespaceName(id, owner)} do not end: ${left}`, {
    hint: "A process that survives SIGKILL waits for the kernel: look at its /proc/PID/stack.",
  });
}

export async function deleteNamespace(id: string, owner: NamespaceOwner): Promise<void> {
  if (!namespaceExists(id, owner)) return;
  const { failed } = await execa("ip", ["netns", "delete", namespaceName(id, owner)], { reject: false });
  // After a crash in the middle of `ip netns add` the name is a plain file.
  if (failed) await execa("rm", ["-f", namespacePath(id, owner)]);
}
