/** Takes back a window that has not begun. It never aborts one: with one that runs it refuses. */
import { mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { JedaError } from "../../../model/errors.ts";
import { fold } from "../../journal/status-from-journal.ts";
import { journalOf, type RunnerContext } from "../store/context.ts";
import { takeLock } from "../store/lock.ts";
import { patiently } from "../store/lock-retry.ts";
import { windowScope } from "../store/lock-scopes.ts";
import { windowPlaces } from "../store/paths.ts";
import { knownIds, rememberOnly } from "../store/window-index.ts";
import { knownWindow } from "../store/window-store.ts";
import { forgetUnits } from "../supervision/launch.ts";
import { ask } from "../supervision/signal-runner.ts";

/** @throws JedaError REFUSED while it runs. */
export async function takeBack(
  context: RunnerContext,
  id: string,
  by: string,
): Promise<"unknown" | "ended" | "disarmed"> {
  const content = journalOf(context.places, id);
  if (content === null) return "unknown";
  const window = knownWindow(id, fold(content.entries));
  if (window.status.state === "ended") return "ended";
  if (window.status.state === "armed") {
    ask(context, window, { by, reason: "the window was disarmed before it began" }, "SIGUSR1");
    for (let attempt = 0; attempt < 50; attempt++) {
      if (state(context, id) === "ended") {
        await putAside(context, id);
        return "disarmed";
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
  rememberOnly(
    places,
    knownIds(places).filter((known) => known !== id),
  );
  // Until its process is gone, the directory is still written to.
  const lock = await patiently(() => takeLock(windowScope(places.state, id), id));
  mkdirSync(places.disarmed, { recursive: true, mode: 0o700 });
  renameSync(windowPlaces(places, id).directory, join(places.disarmed, `${id}-${Date.now()}`));
  forgetUnits(id);
  await lock.release();
}

function state(context: RunnerContext, id: string): string {
  return fold(journalOf(context.places, id)?.entries ?? []).state;
}
