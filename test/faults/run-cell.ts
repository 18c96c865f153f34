/** One cell: a real window with the fault in it, watched by packets, judged, and followed by a window without one. */
import { setTimeout as sleep } from "node:timers/promises";
import { edgeOf } from "../../lab/hospital.ts";
import { loadFromStackFile } from "../../src/config/load.ts";
import type { WindowPlan } from "../../src/model/plan.ts";
import type { Report } from "../../src/model/report.ts";
import { makePlan } from "../../src/window/plan/make-plan.ts";
import { repository } from "../../toolchain/paths.ts";
import { leases, lostRecords, reachesBackup, unrestorable } from "./evidence.ts";
import type { Cell, Scene } from "./fault.ts";
import type { FaultLab } from "./fault-lab.ts";
import { type Broken, judge, type Observation } from "./invariants.ts";
import { seats } from "./watcher.ts";

export interface CellOutcome {
  readonly cell: string;
  readonly broken: readonly Broken[];
  readonly result: string;
  /** Why it was not ok, as the report says. */
  readonly reasons: readonly string[];
  /** Milliseconds between the deadline and the release in the journal; null when the kernel did it alone. */
  readonly early: number | null;
  /** Whether a window without a fault was run after it. */
  readonly next: boolean;
  readonly tookMs: number;
}

const usualMs = 45_000;
/** A window after the fault is judged by its result alone: it gets time. */
const calmMs = 150_000;
const pollMs = 40;

/** The lab's plan under an id of its own, with the deadlines in proportion. */
export function planFor(id: string, reconnectByMs: number, stack = "lab"): WindowPlan {
  const { hospital, runbook } = loadFromStackFile(stack, repository);
  const plan = makePlan(hospital, runbook);
  const schedule = {
    ...plan.schedule,
    startCutoffMs: Math.round(reconnectByMs * 0.5),
    backupStopMs: Math.round(reconnectByMs * 0.7),
    reconnectByMs,
  };
  return { ...plan, id, schedule };
}

const isolatable = ["administrative", "guest"] as const;

let windows = 0;
const windowName = (what: string): string =>
  `${what.replaceAll(/[^a-z0-9-]/g, "-")}-${process.pid}-${++windows}`;

/** The window ended before the fault's turn came: nothing was injected, and nothing is known. */
export class NeverReached extends Error {}

/** @param usually Milliseconds after the start at which the kernel reconnects, where the fault does not say. */
export async function runCell(
  lab: FaultLab,
  cell: Cell,
  calm: boolean,
  usually = usualMs,
): Promise<CellOutcome> {
  const { fault } = cell;
  lab.watcher.forget();
  const began = Date.now();
  await fault.prepare?.(lab);
  const { plan, follower } =
    fault.byPulumi === true ? await armByPulumi(lab) : await armByHand(lab, cell, usually);
  const first = lab.journal(plan.id)[0];
  const deadlines = first?.type === "armed" ? first.deadlines : null;
  if (deadlines === null) throw new Error(`${plan.id} has no journal`);
  const scene: Scene = {
    lab,
    plan,
    deadline: deadlines.reconnectBy,
    killFollower: (name = "SIGKILL") => void follower.kill(name),
    untilEnded: (orAt) => until(() => ended(lab, plan.id), orAt),
  };
  const reached = (): boolean =>
    cell.state === null
      ? Date.now() >= began + (cell.afterMs ?? 0)
      : lab.journal(plan.id).some((entry) => entry.type === "state" && entry.state === cell.state);
  // A random moment may be one after the end.
  const over = (): boolean => cell.state !== null && ended(lab, plan.id);
  await until(() => reached() || over(), deadlines.reconnectBy + 5_000);
  if (!reached()) {
    follower.kill("SIGKILL");
    await follower;
    throw new NeverReached(`${plan.id} never came to ${cell.state}: ${brief(lab, plan.id)}`);
  }
  const injectedAt = Date.now();
  await fault.inject(scene);
  const injectedUntil = Date.now();
  // A runner that is alive may ask the edges for half a minute past the deadline; a dead one will not end.
  await until(() => ended(lab, plan.id) || !alive(lab), deadlines.reconnectBy + 40_000);
  if (!ended(lab, plan.id)) await until(() => ended(lab, plan.id), deadlines.reconnectBy + 1_000);
  await sleep(3_500);
  const [holds, reaches] = await Promise.all([leases(lab), reachesBackup(lab)]);
  const watchedTo = Date.now();
  await fault.mend?.(scene);
  const mendedAt = Date.now();
  follower.kill("SIGKILL");
  await follower;
  await takeUp(lab, plan);
  const followExit = (await lab.jeda(["window", "follow", "--id", plan.id])).exitCode;
  const told = await lab.jeda(["window", "report", "--id", plan.id, "--json"]);
  const report = told.exitCode === 0 ? (JSON.parse(told.stdout) as Report) : null;
  const verified = report?.sources.filter((source) => source.verified) ?? [];
  const restores = [];
  for (const { snapshot } of verified) {
    restores.push(
      snapshot === null ? "a verified source has no snapshot" : await unrestorable(lab, snapshot),
    );
  }
  const seat = (flow: "internet" | "vault") =>
    Object.fromEntries(
      Object.entries(seats).map(([segment, host]) => [segment, lab.watcher.attempts(host, flow, began)]),
    );
  const seen: Observation = {
    plan,
    deadlines,
    entries: lab.journal(plan.id),
    followExit,
    report,
    edgeOf: Object.fromEntries(isolatable.map((segment) => [segment, edgeOf(segment, lab.edges)])),
    backWithinMs: fault.backWithinMs ?? null,
    apartMs: fault.apartMs ?? null,
    injures: fault.injures ?? [],
    // At a random moment the window may be over already.
    never: cell.state === null ? [] : (fault.never?.(cell.state) ?? []),
    injury: { from: injectedAt, to: fault.mend === undefined ? injectedUntil : mendedAt },
    watchedTo,
    uplink: seat("internet"),
    health: lab.watcher.attempts("ward", "health", began),
    vault: seat("vault"),
    leases: holds,
    reachesBackup: reaches,
    lost: await lostRecords(lab),
    unrestorable: restores.filter((why) => why !== null),
    next: calm ? await runCalm(lab) : null,
  };
  const released = seen.entries.find((entry) => entry.type === "released");
  return {
    cell: cell.name,
    broken: judge(seen),
    result: report?.result ?? "no end",
    reasons: report?.reasons ?? [],
    early: released === undefined ? null : deadlines.reconnectBy - Date.parse(released.at),
    next: calm,
    tookMs: Date.now() - began,
  };
}

interface Armed {
  readonly plan: WindowPlan;
  readonly follower: ReturnType<FaultLab["start"]>;
}

async function armByHand(lab: FaultLab, { name, fault }: Cell, usually: number): Promise<Armed> {
  const usual = planFor(windowName(name), fault.reconnectByMs ?? usually, lab.stack);
  const plan = fault.plan?.(usual) ?? usual;
  const armed = await lab.arm(plan);
  if (armed.exitCode !== 0) throw new Error(`arming ${plan.id}: ${armed.all}`);
  return { plan, follower: lab.start(["bin/jeda", "window", "follow", "--id", plan.id]) };
}

/** Pulumi's window has its stack's id, so each has an attempt of its own; its journal shows that it is armed. */
async function armByPulumi(lab: FaultLab): Promise<Armed> {
  const { hospital, runbook } = loadFromStackFile(lab.nextAttempt(), repository);
  const plan = makePlan(hospital, runbook);
  const follower = lab.startUp();
  await until(() => lab.journal(plan.id).length > 0, Date.now() + 120_000);
  if (lab.journal(plan.id).length === 0) {
    follower.kill("SIGKILL");
    throw new Error(`pulumi up did not arm ${plan.id}: ${String((await follower).all).slice(-2_000)}`);
  }
  return { plan, follower };
}

/** A window without a fault, in the same lab; why it was not as always, or null. */
export async function runCalm(lab: FaultLab): Promise<string | null> {
  const plan = planFor(windowName("calm"), calmMs, lab.stack);
  const armed = await lab.arm(plan);
  if (armed.exitCode !== 0) return `it could not be armed: ${armed.all}`;
  const { exitCode, all } = await lab.jeda(["window", "follow", "--id", plan.id]);
  return exitCode === 0
    ? null
    : `it ended with exit code ${exitCode}: ${all.split("\n").slice(-3).join(" ")}`;
}

/** What a supervisor does, or `pulumi up` again: a window whose runner died is carried to its end. */
async function takeUp(lab: FaultLab, plan: WindowPlan): Promise<void> {
  if (ended(lab, plan.id)) return;
  const again = await lab.arm(plan);
  if (again.exitCode !== 0) throw new Error(`arming ${plan.id} again: ${again.all}`);
  await until(() => ended(lab, plan.id), Date.now() + 60_000);
}

function ended(lab: FaultLab, window: string): boolean {
  return lab.journal(window).at(-1)?.type === "ended";
}

function alive(lab: FaultLab): boolean {
  return lab.processes("backup").some(({ command }) => / run --window /.test(command));
}

function brief(lab: FaultLab, window: string): string {
  return JSON.stringify(lab.journal(window).filter(({ type }) => type === "reason" || type === "ended"));
}

async function until(holds: () => boolean, orAt: number): Promise<void> {
  while (!holds() && Date.now() < orAt) await sleep(pollMs);
}
