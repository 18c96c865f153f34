/**
 * `boot`: what the backup host runs when it has booted. Windows that are armed or were under way get a runner; a
 * broken journal gets one that does no more than end its window.
 */
import type { RunnerContext } from "./context.ts";
import { detach } from "./detach.ts";
import { knownWindows } from "./known-windows.ts";
import { isCarriedOut } from "./revive.ts";

export async function boot(context: RunnerContext): Promise<number> {
  const broken: string[] = [];
  const known = knownWindows(context.places, (id) => broken.push(id));
  const open = known.filter(({ status }) => status.state !== "ended").map(({ id }) => id);
  const started: string[] = [];
  for (const id of [...open, ...broken]) {
    if (await isCarriedOut(context, id)) continue;
    detach(context.places, id);
    started.push(id);
  }
  context.print(JSON.stringify({ started }));
  return 0;
}
