/** Taking a lab away, however it was left: everything is found by the lab's id, nothing needs a record. */
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { everyHost } from "./hospital.ts";
import { removeIfEmpty, withLock } from "./lock.ts";
import { deleteNamespace, endProcesses, namespaceOwners } from "./namespaces.ts";
import { readPower } from "./power-record.ts";
import { useSystemPath } from "./prerequisites.ts";
import { backendDir, checkLabId, labsDir, lockFile, stateDir } from "./state.ts";
import { removeControlGroups } from "./systemd.ts";
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

/** The work of `down`, for those who hold the lab's lock. */
export async function clearLab(id: string): Promise<void> {
  for (const host of everyHost) {
    const power = readPower(id, host);
    if (power?.alive) process.kill(power.pid, "SIGKILL");
  }
  for (const owner of namespaceOwners) await endProcesses(id, owner);
  for (const owner of namespaceOwners) await deleteNamespace(id, owner);
  await removeControlGroups(id);
  for (const point of mountsUnder(stateDir(id), readFileSync("/proc/self/mountinfo", "utf8"))) {
    await execa("umount", ["--lazy", point]);
  }
  removeState(id);
  await removePartialTemplates();
}

/**
 * A stack that is not the lab's may have been put into the lab's state; its own is not ours to remove.
 * @returns those stacks
 */
export function othersStacks(id: string): readonly string[] {
  const folder = join(backendDir(id), ".pulumi/stacks");
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.json(?:\.gz)?$/.test(file) && file.replace(/\.json.*$/, "") !== "jeda/lab")
    .map(
      (file) =>
        file
          .replace(/\.json.*$/, "")
          .split("/")
          .at(-1) ?? file,
    );
}

/** Everything of the lab's; the state of other stacks stays where it is. */
function removeState(id: string): void {
  const kept = othersStacks(id);
  if (kept.length === 0) {
    rmSync(stateDir(id), { recursive: true, force: true });
    return;
  }
  for (const name of readdirSync(stateDir(id))) {
    const path = join(stateDir(id), name);
    if (path !== backendDir(id)) rmSync(path, { recursive: true, force: true });
  }
  const own = readdirSync(backendDir(id), { recursive: true, encoding: "utf8" });
  for (const file of own.filter((one) => /\/jeda\/lab(?:\.json.*)?$/.test(one))) {
    rmSync(join(backendDir(id), file), { recursive: true, force: true });
  }
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
export async function labDown(id: string): Promise<void> {
  checkLabId(id);
  useSystemPath();
  await withLock(lockFile(id), 120, `the lab "${id}"`, () => clearLab(id));
  removeIfEmpty(labsDir);
  await removeNamespaceDirectory();
}
