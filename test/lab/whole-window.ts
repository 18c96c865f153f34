/** One whole window on a lab of its own, watched from all sides, for the tests that judge it. */

import { setTimeout as sleep } from "node:timers/promises";
import { addresses } from "../../lab/hospital.ts";
import { labWork } from "../../lab/workload.ts";
import type { Attempt, Target } from "./packets.ts";
import { type ProcessLeak, secrets, watchProcesses } from "./secrets.ts";
import { type KernelEvent, reachesBackup, tryFrom, watchElements } from "./watching.ts";
import { labPlan, type Ran, WindowLab } from "./window-lab.ts";

export interface WholeWindow {
  readonly lab: WindowLab;
  readonly window: string;
  readonly preview: Ran;
  readonly up: Ran;
  /** Attempts by host. */
  readonly packets: Readonly<Record<"office" | "administrative" | "ward", readonly Attempt[]>>;
  readonly kernel: readonly KernelEvent[];
  readonly reachedBefore: readonly string[];
  readonly reachedAfter: readonly string[];
  readonly leaks: readonly ProcessLeak[];
  /** Mode and owner of the runner's credentials; files of the backup host that hold a password of that name. */
  readonly credentialsFile: string;
  readonly filesWith: Readonly<Record<string, readonly string[]>>;
  readonly processesLookedAt: number;
  /** The edge's ruleset with its counters, when the window was over. */
  readonly counted: string;
}

let lab: WindowLab | undefined;

/** Brings a lab up, runs its window, and resolves when it is over. To be given back with `dropWholeWindow`. */
export function wholeWindow(): Promise<WholeWindow> {
  return make();
}

/** Takes the lab down, also when its window never came about. */
export async function dropWholeWindow(): Promise<void> {
  await lab?.down();
  lab = undefined;
}

const internet = addresses("internet");
const flows = (kind: Target["kind"]): Target[] => [
  { name: `${kind} v4`, kind, host: internet.v4, port: 80 },
  { name: `${kind} v6`, kind, host: internet.v6, port: 80 },
];
const vault: Target[] = Object.entries(addresses("backup")).map(([family, host]) => ({
  name: `vault ${family}`,
  kind: "fresh",
  host,
  port: 22,
}));
const health: Target[] = Object.entries(addresses("clinical")).map(([family, host]) => ({
  name: `health ${family}`,
  kind: "health",
  host,
  port: 80,
}));

/** grep reads the pattern from its standard input: not even a test puts a password into an argument. */
async function filesWithSecrets(lab: WindowLab): Promise<Record<string, readonly string[]>> {
  const found: Record<string, readonly string[]> = {};
  for (const [name, value] of secrets) {
    const look =
      "grep -rlF -f - /etc/jeda /opt/jeda /var/lib/jeda /run/jeda /tmp || [ $? = 1 ] || [ $? = 2 ]";
    const listed = await lab.sh("backup", look, `${value}\n`);
    found[name] = listed.split("\n").filter((path) => path !== "");
  }
  return found;
}

async function make(): Promise<WholeWindow> {
  lab = new WindowLab(`w${process.pid}`);
  await lab.upWithoutWindow();
  const reachedBefore = await reachesBackup(lab);
  await labWork(lab.id, "start");
  const office = tryFrom(lab, "office", [...flows("held"), ...flows("fresh"), ...vault]);
  const administrative = tryFrom(lab, "administrative", flows("held"));
  const ward = tryFrom(lab, "ward", [...health, ...flows("fresh"), ...vault]);
  const kernel = watchElements(lab);
  const processes = watchProcesses(lab.id);
  await sleep(1_000);
  const preview = await lab.pulumi("preview");
  const up = await lab.pulumi("up", "--yes", "--skip-preview");
  await sleep(2_000);
  processes.stop();
  await Promise.all([office, administrative, ward, kernel].map((one) => one.stop()));
  await labWork(lab.id, "stop");
  return {
    lab,
    window: labPlan().id,
    preview,
    up,
    packets: { office: office.seen, administrative: administrative.seen, ward: ward.seen },
    kernel: kernel.seen,
    reachedBefore,
    reachedAfter: await reachesBackup(lab),
    leaks: [...processes.leaks.values()],
    credentialsFile: await lab.sh("backup", "stat -c '%a %U' /etc/jeda/credentials.json"),
    filesWith: await filesWithSecrets(lab),
    processesLookedAt: processes.looked(),
    counted: await lab.sh("edge", "nft list ruleset"),
  };
}
