/** Taking a lab away, however it was left: everything is found by the lab's id, nothing needs a record. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { execa } from "execa";
import { removeIfEmpty, withLock } from "../toolchain/lock.ts";
import { everyHost } from "./hospital.ts";
import { deleteNamespace, endProcesses, namespaceOwners } from "./machines/namespaces.ts";
import { readPower } from "./machines/power-record.ts";
import { removeControlGroups } from "./machines/systemd.ts";
import { type KeptState, keepOthersState } from "./others-state.ts";
import { useSystemPath } from "./prerequisites.ts";
import { backendDir, checkLabId, labsDir, lockFile, stateDir } from "./state.ts";
import { removePartialTemplates } from "./template/cache.ts";

/** Mount points at or below `directory` in this mount namespace, innermost first. */
export function mountsUnder(directory: string, mountinfo: string): string[] {
  return mountinfo
    .split("\n")
    .map((line) =>
      (line.split(" ")[4] ?? "").replace(/\\([0-7]{3})/g, (_, code) =>
        String.fromCharCode(Number.parseInt(code, 8)),
      ),
    )
    .filter((point) => point === directory || point.startsWith(`${directory}/`))
    .reverse();
}

/**
 * The work of `down`, for those who hold the lab's lock.
 * @returns what it held of others' stacks, and where that is now
 */
export async function clearLab(id: string): Promise<readonly KeptState[]> {
  for (const host of everyHost) {
    const power = readPower(id, host);
    if (power?.alive) process.kill(power.pid, "SIGKILL");
  }
  for (const owner of namespaceOwners) await endProcesses(id, owner);
  for (const owner of namespaceOwners) await deleteNamespace(id, owner);
  await removeControlGroups(id);
  const kept: KeptState[] = [];
  const keep = () => {
    const found = keepOthersState(id, backendDir(id));
    if (found !== null) kept.push(found);
  };
  for (const point of mountsUnder(stateDir(id), readFileSync("/proc/self/mountinfo", "utf8"))) {
    // The backend of a lab that stands is in its memory, and gone with the mount.
    if (point === stateDir(id)) keep();
    await execa("umount", ["--lazy", point]);
  }
  keep();
  rmSync(stateDir(id), { recursive: true, force: true });
  await removePartialTemplates();
  return kept;
}

/**
 * `ip netns` leaves its directory mounted on itself. Where no namespace is left, nobody has a use for it; on a
 * machine that had it before, the next `ip netns add` makes it again.
 */
async function removeNamespaceDirectory(): Promise<void> {
  if (existsSync("/run/netns") && readdirSync("/run/netns").length === 0) {
    await execa("umount", ["/run/netns"], { reject: false });
  }
}

/** Removes the lab: processes, namespaces, mounts, files. Fine when there is none. Throws LOCKED. */
export async function labDown(id: string): Promise<readonly KeptState[]> {
  checkLabId(id);
  useSystemPath();
  const kept = await withLock(lockFile(id), 120, `the lab "${id}"`, () => clearLab(id));
  removeIfEmpty(labsDir);
  await removeNamespaceDirectory();
  return kept;
}
