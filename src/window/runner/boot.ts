/**
 * `boot`: what the backup host runs when it has booted. Windows that are armed or were under way get a runner; a
 * broken journal gets one that does no more than end its window.
 */
import { armAllNext } from "./arm-next.ts";
import type { RunnerContext } from "./context.ts";
import { detach } from "./detach.ts";
import { knownWindows } from "./known-windows.ts";
import { isCarriedOut } from "./revive.ts";

export async function boot(context: RunnerContext): Promise<number> {
  const broken: string[] = [];
  const known = knownWindows(context.places, (id) => broken.push(id));
  const open = known
    .filter(({ status }) => status.state !== "ended")
    .map(({ id, status }) => ({
      id,
      startMs: status.state === "armed" ? status.deadlines.start : undefined,
    }));
  const started: string[] = [];
  for (const { id, startMs } of [...open, ...broken.map((id) => ({ id, startMs: undefined }))]) {
    if (await isCarriedOut(context, id)) continue;
    detach(context.places, id, startMs);
    started.push(id);
  }
  await armAllNext(context);
  context.print(JSON.stringify({ started }));
  return 0;
}
