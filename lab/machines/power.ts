/** Switching lab hosts on and off. */
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { JedaError } from "../../src/model/errors.ts";
import type { LabHost } from "../hospital.ts";
import { rootOf } from "../roots/host-root.ts";
import { consoleLog, diskDir, hostDir, initFile } from "../state.ts";
import { nodeHosts, officeShare, simrsData } from "./host-files.ts";
import {
  createNamespace,
  deleteNamespace,
  endProcesses,
  namespacePath,
  plugIn,
  unplug,
} from "./namespaces.ts";
import { readPower } from "./power-record.ts";
import { controlGroup } from "./systemd.ts";

const initScript = fileURLToPath(new URL("./host/init.sh", import.meta.url));
const servicePrograms = fileURLToPath(new URL("../services", import.meta.url));

/** Sizes of the hosts' disks: limits, not reservations. Standard holds several windows' snapshots. */
export const diskSize = (host: LabHost, tiny: boolean): string => {
  if (host === "backup") return tiny ? "1g" : "6g";
  return tiny ? "512m" : "2g";
};

/** Gives a host its disk: a tmpfs of its own, which outlives the host's reboots. */
export async function mountDisk(id: string, host: LabHost, tiny: boolean): Promise<void> {
  await mkdir(diskDir(id, host), { recursive: true, mode: 0o700 });
  const options = `mode=755,size=${diskSize(host, tiny)}`;
  await execa("mount", ["-t", "tmpfs", "-o", options, `jeda-lab-${id}`, diskDir(id, host)]);
}

/**
 * Starts a host that is off: a fresh network namespace, cables, and its init. Resolves when its boot script
 * has run through, which says nothing about its services. Throws INTERNAL with its console otherwise.
 */
export async function powerOn(id: string, host: LabHost): Promise<void> {
  await createNamespace(id, host);
  await plugIn(id, host);
  rmSync(initFile(id, host), { force: true });
  const [data, dataAt] = templateOf(id, host);
  const node = nodeHosts.includes(host) ? process.execPath : "";
  const output = openSync(consoleLog(id, host), "a", 0o600);
  const nsenter = `--net=${namespacePath(id, host)}`;
  const unshare = ["unshare", "--mount", "--pid", "--uts", "--ipc", "--fork", "--kill-child=KILL"];
  const group = controlGroup(id, host) ?? "";
  const places = [hostDir(id, host), rootOf(id, host), data, dataAt];
  const init = ["sh", initScript, host, ...places, node, servicePrograms, group];
  // Not execa: this child is meant to outlive us, whatever ends us.
  const child = spawn("nsenter", [nsenter, "--", ...unshare, "--", ...init], {
    stdio: ["ignore", output, output],
    detached: true,
  });
  closeSync(output);
  let ended = false;
  child.once("error", () => {
    ended = true;
  });
  child.once("exit", () => {
    ended = true;
  });
  child.unref();
  for (let round = 0; round < 1500 && !ended; round++) {
    const power = readPower(id, host);
    if (power?.alive && existsSync(`/proc/${power.pid}/root/run/lab/booted`)) return;
    await sleep(20);
  }
  const log = existsSync(consoleLog(id, host)) ? readFileSync(consoleLog(id, host), "utf8") : "";
  throw new JedaError(
    "INTERNAL",
    `the lab host ${host} did not boot: ${log.trim().slice(-2000) || "no output"}`,
    {
      hint: `Its console is ${consoleLog(id, host)}.`,
      changed: "the lab is only partly up; npm run lab:down removes it",
    },
  );
}

/** The template that the host shows: a link in its directory, made at `up`, and its place on the host. */
function templateOf(id: string, host: LabHost): [string, string] {
  const link = `${hostDir(id, host)}/template`;
  if (!existsSync(link)) return ["", ""];
  return [readlinkSync(link), host === "clinical" ? simrsData : officeShare];
}

/** Cuts the power: nothing on the host gets to say goodbye. Its disk stays; its network namespace goes. */
export async function powerOff(id: string, host: LabHost): Promise<void> {
  await unplug(id, host);
  const power = readPower(id, host);
  if (power?.alive) process.kill(power.pid, "SIGKILL");
  await endProcesses(id, host);
  await deleteNamespace(id, host);
}

/** Power off, and on again with the same disk: /run, nftables, boot id and processes are new. */
export async function rebootHost(id: string, host: LabHost): Promise<void> {
  await powerOff(id, host);
  await powerOn(id, host);
}
