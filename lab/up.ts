/** Bringing a lab up. */
import { mkdir, rm, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execa } from "execa";
import { withLock } from "../toolchain/lock.ts";
import { knownHosts, sshClientConfig } from "./access/ssh-access.ts";
import { type LabKeys, layOutKeys, makeKeys } from "./access/ssh-keys.ts";
import { clearLab } from "./down.ts";
import { type EdgeCount, hostsFile, hostsOf, type LabHost } from "./hospital.ts";
import { createNamespace, createSwitch, namespacePath } from "./machines/namespaces.ts";
import { mountDisk, powerOn } from "./machines/power.ts";
import { readinessOf, waitUntilReady } from "./machines/ready.ts";
import { seedHost } from "./machines/seed.ts";
import { keptText } from "./others-state.ts";
import { checkPrerequisites } from "./prerequisites.ts";
import { type HostReleases, layRoot, rootOf } from "./roots/host-root.ts";
import { writeTwoEdges } from "./stack-file.ts";
import { whileStanding } from "./standing.ts";
import {
  backendDir,
  checkLabId,
  hostDir,
  type LabSize,
  type LabState,
  lockFile,
  opsDir,
  sshConfig,
  stateDir,
  writeState,
} from "./state.ts";
import { ensureTemplate } from "./template/cache.ts";
import { officeTemplate } from "./template/office.ts";
import { simrsTemplate } from "./template/simrs.ts";
import { backupPrograms } from "./toolchain-programs.ts";

export interface LabUpOptions {
  readonly id: string;
  readonly size: LabSize;
  /** One unless told; with two, `stackFile(id)` describes the hospital. */
  readonly edges?: EdgeCount;
  /** Hosts that systemd boots, as on most sites; none unless told. */
  readonly systemd?: readonly LabHost[];
  /** Hosts that are another Debian release than this machine; none unless told. */
  readonly releases?: HostReleases;
  /** Progress, one line at a time. */
  readonly log: (line: string) => void;
}

/**
 * Brings the lab up and resolves when everything in it answers. A lab of this id that stands, or what a crash
 * left of it, is taken down first. Throws PREREQUISITE, LOCKED, or INTERNAL with what did not work.
 */
export async function labUp(options: LabUpOptions): Promise<LabState> {
  const { id } = options;
  checkLabId(id);
  await checkPrerequisites();
  return withLock(lockFile(id), 120, `the lab "${id}"`, () =>
    raise(options).catch((error: unknown) => {
      throw whileStanding(id, error);
    }),
  );
}

async function raise({
  id,
  size,
  edges = 1,
  systemd = [],
  releases = {},
  log,
}: LabUpOptions): Promise<LabState> {
  const started = Date.now();
  for (const kept of await clearLab(id)) log(keptText(kept));
  await mkdir(stateDir(id), { recursive: true, mode: 0o700 });
  await execa("mount", ["-t", "tmpfs", "-o", "mode=700,size=1g", `jeda-lab-${id}`, stateDir(id)]);
  const keyDirectory = join(stateDir(id), "keys");
  const [keys, templates] = await Promise.all([
    makeKeys(keyDirectory),
    makeTemplates(id, size, log),
    createSwitch(id),
    mkdir(backendDir(id), { mode: 0o700 }),
  ]);
  await layOutOps(id, keys, keyDirectory, edges);
  if (edges === 2) writeTwoEdges(id);
  const hosts = hostsOf(edges);
  log(`lab ${id}: starting ${hosts.length} hosts`);
  await Promise.all(
    hosts.map(async (host) => {
      await mountDisk(id, host, size === "tiny");
      const template = templates[host];
      const release = releases[host];
      if (release !== undefined) await layRoot(id, host, release, log);
      if (template !== undefined) await symlink(template, join(hostDir(id, host), "template"));
      await seedHost(host, {
        ...{ id, size, edges, keys, keyDirectory },
        root: rootOf(id, host),
        programs: await programsOf(host, log),
        systemd: systemd.includes(host),
      });
      await powerOn(id, host);
    }),
  );
  await rm(keyDirectory, { recursive: true });
  log(`lab ${id}: waiting for its networks and services`);
  await waitUntilReady(id, readinessOf(edges));
  const now = Date.now();
  const state: LabState = {
    version: 1,
    id,
    size,
    edges,
    readyAt: new Date(now).toISOString(),
    upMs: now - started,
  };
  writeState(state);
  log(`lab ${id}: up after ${(state.upMs / 1000).toFixed(1)} s`);
  return state;
}

async function makeTemplates(
  id: string,
  size: LabSize,
  log: (line: string) => void,
): Promise<Partial<Record<LabHost, string>>> {
  await createNamespace(id, "workshop");
  const workshop = {
    enter: ["nsenter", `--net=${namespacePath(id, "workshop")}`, "--"],
    directory: join(stateDir(id), "workshop"),
  };
  const [clinical, administrative] = await Promise.all([
    ensureTemplate(await simrsTemplate(size, workshop), log),
    ensureTemplate(officeTemplate(size, log), log),
  ]);
  return { clinical, administrative };
}

/** What is bound over this machine's files for whoever acts as ops; see ops.ts. */
async function layOutOps(id: string, keys: LabKeys, keyDirectory: string, edges: EdgeCount): Promise<void> {
  const directory = opsDir(id);
  await layOutKeys("ops", keyDirectory, directory, knownHosts(keys.hosts));
  await writeFile(sshConfig(id), sshClientConfig("ops", directory, edges), { mode: 0o644 });
  await writeFile(join(directory, "hosts"), hostsFile("ops", edges), { mode: 0o644 });
  await writeFile(join(directory, "resolv.conf"), "# The lab has no name server.\n", { mode: 0o644 });
}

async function programsOf(host: LabHost, log: (line: string) => void): Promise<Record<string, string>> {
  return host === "backup" ? backupPrograms(log) : {};
}
