/** `abort`, `release` and `disarm`: the ways to end a window before its time. */
import { mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { sshEdge } from "../../host/edge-client.ts";
import { closeAllSsh } from "../../host/ssh.ts";
import { JedaError } from "../../model/errors.ts";
import type { PlannedEdge } from "../../model/plan.ts";
import { fold } from "../fold.ts";
import { takeLock } from "../lock.ts";
import { windowPlaces } from "../places.ts";
import { chosenWindow } from "./chosen-window.ts";
import { journalOf, need, type RunnerContext } from "./context.ts";
import { detach } from "./detach.ts";
import { type KnownWindow, knownWindow } from "./known-windows.ts";
import { patiently } from "./patiently.ts";

/** Milliseconds; an operator is waiting. */
const releaseMs = 15_000;

/** Asks the running window (or the one named) to reconnect now. A dead runner is replaced, to do just that. */
export async function abort(context: RunnerContext): Promise<number> {
  const by = need(context, "by");
  const reason = need(context, "reason");
  const window = chosenWindow(context);
  if (window.status.state === "ended") {
    throw new JedaError("REFUSED", `the window ${window.id} has already ended: ${window.status.result}`);
  }
  ask(context, window, { by, reason }, "SIGTERM");
  context.print(JSON.stringify({ id: window.id, aborting: true, state: window.status.state }));
  return 0;
}

/**
 * Reconnects at once, whoever is dead or stands still: the window is asked to end as by `abort`, and each edge is
 * told from here as well. The release's fence outdates every lease of the window that is still under way.
 */
export async function release(context: RunnerContext): Promise<number> {
  const by = need(context, "by");
  const reason = need(context, "reason");
  const window = chosenWindow(context);
  const { plan, state } = window.status;
  if (state === "ended") {
    throw new JedaError("REFUSED", `the window ${window.id} has already ended: ${window.status.result}`);
  }
  ask(context, window, { by, reason, verb: "released" }, "SIGTERM");
  const edges = await Promise.all(plan.edges.map(releaseEdge));
  await closeAllSsh();
  context.print(JSON.stringify({ id: window.id, state, edges }));
  return edges.every(({ released }) => released) ? 0 : 1;
}

async function releaseEdge({
  name,
  ssh,
}: PlannedEdge): Promise<{ name: string; released: boolean; why?: string }> {
  try {
    await sshEdge({ name, ssh: { window: ssh } }, "window", { timeoutMs: releaseMs }).release(0);
    return { name, released: true };
  } catch (error) {
    return { name, released: false, why: error instanceof Error ? error.message : String(error) };
  }
}

/** Takes back a window that has not begun. It never aborts one: with one that runs it refuses. */
export async function disarm(context: RunnerContext): Promise<number> {
  const id = need(context, "window");
  const content = journalOf(context.places, id);
  if (content === null) return said(context, id, "unknown");
  const window = knownWindow(id, fold(content.entries));
  if (window.status.state === "ended") return said(context, id, "ended");
  if (window.status.state === "armed") {
    const by = context.asked.by ?? "pulumi destroy";
    ask(context, window, { by, reason: "the window was disarmed before it began" }, "SIGUSR1");
    for (let attempt = 0; attempt < 50; attempt++) {
      if (state(context, id) === "ended") {
        await putAside(context, id);
        return said(context, id, "disarmed");
      }
      await delay(100);
    }
  }
  rmSync(windowPlaces(context.places, id).abortRequest, { force: true });
  throw new JedaError(
    "REFUSED",
    `the window ${id} is running (${state(context, id)}): it is not taken back`,
    {
      hint: `wait until it has ended (jeda window follow --id ${id}), or end it: jeda window abort`,
    },
  );
}

/** Nothing was ever done by it: its id may be armed again. */
async function putAside({ places }: RunnerContext, id: string): Promise<void> {
  // Until its process is gone, the directory is still written to.
  const lock = await patiently(() => takeLock(`${places.state} window ${id}`, id));
  mkdirSync(places.disarmed, { recursive: true, mode: 0o700 });
  renameSync(windowPlaces(places, id).directory, join(places.disarmed, `${id}-${Date.now()}`));
  await lock.release();
}

function ask(
  context: RunnerContext,
  { id, status, runnerAlive }: KnownWindow,
  request: { readonly by: string; readonly reason: string; readonly verb?: "released" },
  signal: NodeJS.Signals,
): void {
  const text = `${JSON.stringify(request)}\n`;
  writeFileSync(windowPlaces(context.places, id).abortRequest, text, { mode: 0o600 });
  const runner = status.runners.at(-1);
  if (runnerAlive && runner !== undefined) process.kill(runner.pid, signal);
  else detach(context.places, id);
}

function state(context: RunnerContext, id: string): string {
  return fold(journalOf(context.places, id)?.entries ?? []).state;
}

function said(context: RunnerContext, id: string, outcome: string): number {
  context.print(JSON.stringify({ id, outcome }));
  return 0;
}
