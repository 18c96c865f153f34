/**
 * The window as two commands: `arm` hands the plan to the runner on the backup host, `follow` streams its journal
 * and fails when the window ends badly. Neither isolates anything by itself, and a changed text runs nothing again:
 * only another window id does.
 */
import * as command from "@pulumi/command";
import type * as pulumi from "@pulumi/pulumi";
import type { WindowPlan } from "../model/plan.ts";
import { windowLabel } from "../schedule/label.ts";
import { isRecurring, planHash } from "../schedule/recurring-plan.ts";
import { Part, placed } from "./components.ts";

/** What `jeda window follow` prints as its last line; documented in `docs/resources.md`. */
export type Essentials = Readonly<Record<string, unknown>>;

/** The last line of the follower's output; everything before it was for people. None under `up --exclude`. */
export function essentials(stdout: string | undefined): Essentials {
  if (stdout === undefined) return { result: "unknown" };
  const last = stdout.trimEnd().split("\n").at(-1) ?? "";
  try {
    const parsed: unknown = JSON.parse(last);
    return typeof parsed === "object" && parsed !== null ? (parsed as Essentials) : { result: "unknown" };
  } catch {
    return { result: "unknown" };
  }
}

export interface DeclaredWindow {
  readonly result: pulumi.Output<Essentials>;
}

/**
 * Pulumi's engine gives the configuration to its plugins in clear, and a plugin hands its environment on: what runs
 * for hours must not carry the hospital's passwords with it.
 */
const jeda = "exec env -u PULUMI_CONFIG bin/jeda";

export async function declareWindow(
  plan: WindowPlan,
  options: {
    readonly parent: pulumi.Resource;
    readonly dependsOn: readonly pulumi.Resource[];
    readonly follow: "follow" | "return";
  },
): Promise<DeclaredWindow> {
  const isolated = plan.segments.filter(({ isolate }) => isolate).map(({ name }) => name);
  const window = new Part(
    "Window",
    plan.id,
    {
      when: windowLabel(plan),
      isolates: isolated,
      runbook: plan.runbook.name,
      steps: [...plan.runbook.steps, ...plan.runbook.finally].map(({ kind }) => kind),
      hazards: plan.hazards,
      ...(plan.promotionOverride === undefined ? {} : { promotionOverride: plan.promotionOverride }),
    },
    { parent: options.parent },
  );
  await placed(window);
  const shared = {
    update: "true",
    dir: ".",
    // The plan, not the past output, is what a command needs; outputs in the environment would be seen by children.
    addPreviousOutputInEnv: false,
    triggers: [...triggersOf(plan)],
  };
  const arm = new command.local.Command(
    "arm",
    {
      ...shared,
      create: `${jeda} window arm`,
      delete: `${jeda} window disarm --id ${plan.id} --backup ${plan.backupHost.ssh}`,
      stdin: JSON.stringify(plan),
    },
    {
      parent: window,
      // The firewalls outlive the window: they are removed only after it was disarmed.
      dependsOn: [...options.dependsOn],
      // The one that waits is taken back first: the new one may overlap with it. While it runs, that is refused.
      deleteBeforeReplace: true,
    },
  );
  await placed(arm);
  if (options.follow === "return") {
    return { result: arm.stdout.apply((): Essentials => ({ id: plan.id, result: "armed" })) };
  }
  const follow = new command.local.Command(
    "follow",
    { ...shared, create: `${jeda} window follow --id ${plan.id} --backup ${plan.backupHost.ssh}` },
    { parent: window, dependsOn: [arm] },
  );
  await placed(follow);
  return { result: follow.stdout.apply(essentials) };
}

/**
 * What makes a window another one. A single window is its id, so that a changed text never runs it again; a recurring
 * one is its whole plan: handing over another isolates nothing, and the coming windows are to be run by it.
 */
export function triggersOf(plan: WindowPlan): readonly string[] {
  return isRecurring(plan) ? [plan.id, planHash(plan)] : [plan.id];
}
