/** Faults of Pulumi while `pulumi up` has armed a window and follows it: it may die, the window may not care. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault, Scene } from "../fault.ts";
import { type FaultLab, type HostProcess, signal } from "../fault-lab.ts";
import { descendants } from "./runner.ts";

const states = ["preflight", "isolated", "backing-up"] as const;

/** The command line itself: whoever runs it stands before it in the same network. */
const engine = (lab: FaultLab): readonly HostProcess[] =>
  lab.processes("ops").filter(({ command }) => /^\S*\/pulumi up /.test(command));

const children = (lab: FaultLab) => descendants(lab.processes("ops"), engine(lab));

/**
 * What the documents tell the person who finds it so: the lock and the pending create are cleared, and `pulumi up`
 * again follows the same window, or says how it ended. It never isolates twice.
 */
async function clearAndFollow({ lab, plan, untilEnded, deadline }: Scene): Promise<void> {
  signal([...engine(lab), ...children(lab)], "SIGKILL");
  await untilEnded(deadline + 40_000);
  await lab.pulumi(["cancel", "--yes"]);
  await lab.pulumi(["refresh", "--yes", "--skip-preview", "--clear-pending-creates"]);
  const isolations = count(lab, plan.id);
  const again = await lab.upWithWindow();
  const end = lab.journal(plan.id).at(-1);
  const ok = end?.type === "ended" && end.result === "ok";
  if ((again.exitCode === 0) !== ok) {
    throw new Error(`pulumi up again exits ${again.exitCode}, and the window's last entry is ${end?.type}`);
  }
  if (count(lab, plan.id) !== isolations) throw new Error("pulumi up again isolated a second time");
}

const count = (lab: FaultLab, id: string): number =>
  lab.journal(id).filter(({ type }) => type === "isolated").length;

const fault = (name: string, inject: Fault["inject"]): Fault => ({
  name,
  states,
  byPulumi: true,
  inject,
  mend: clearAndFollow,
});

export const pulumiFaults = [
  fault("pulumi-killed", async ({ lab }) => signal(engine(lab), "SIGKILL")),
  fault("pulumi-and-its-children-killed", async ({ lab }) =>
    signal([...engine(lab), ...children(lab)], "SIGKILL"),
  ),
  fault("pulumis-children-killed", async ({ lab }) => signal(children(lab), "SIGKILL")),
  fault("pulumi-sigint", async ({ lab }) => signal([...engine(lab), ...children(lab)], "SIGINT")),
  fault("pulumi-sigint-twice", async ({ lab }) => {
    signal([...engine(lab), ...children(lab)], "SIGINT");
    await sleep(300);
    signal([...engine(lab), ...children(lab)], "SIGINT");
  }),
  fault("pulumi-sigterm", async ({ lab }) => signal([...engine(lab), ...children(lab)], "SIGTERM")),
] as const;
