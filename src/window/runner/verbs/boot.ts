/**
 * `boot`: what the backup host runs when it has booted. Windows that are armed or were under way get a runner; a
 * broken journal gets one that does no more than end its window.
 */
import { armAllNext } from "../arming/arm-next.ts";
import { everyWindow, hopelessError } from "../store/broken-windows.ts";
import type { RunnerContext } from "../store/context.ts";
import { revive } from "../supervision/ensure-runner.ts";

export async function boot(context: RunnerContext): Promise<number> {
  const { whole, endable, hopeless } = everyWindow(context.places);
  const open = whole.filter(({ status }) => status.state !== "ended");
  const started: string[] = [];
  for (const { id } of [...open, ...endable]) if (await revive(context, id)) started.push(id);
  for (const [id, error] of hopeless) console.error(hopelessError(id, error));
  await armAllNext(context);
  context.print(JSON.stringify({ started }));
  return 0;
}
