/** Tells a window's runner that somebody wants it to end; one that is dead is started, to do just that. */
import { writeFileSync } from "node:fs";
import type { RunnerContext } from "../store/context.ts";
import { windowPlaces } from "../store/paths.ts";
import type { KnownWindow } from "../store/window-store.ts";
import { detach } from "./launch.ts";

export function ask(
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
