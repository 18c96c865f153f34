/** Which window an operator means: the one named, or the only one that has not ended. */
import { JedaError } from "../../../model/errors.ts";
import { everyWindow, hopelessError } from "./broken-windows.ts";
import type { RunnerContext } from "./context.ts";
import { type KnownWindow, knownWindow } from "./window-store.ts";

/**
 * Of one whose journal is broken the status is what the lines before the break say.
 * @throws JedaError REFUSED when there is none, or more than one; DRIFT when nobody knows what it was.
 */
export function chosenWindow(context: RunnerContext): KnownWindow {
  const { window } = context.asked;
  const meant = (known: readonly KnownWindow[]): readonly KnownWindow[] =>
    window === undefined
      ? known.filter(({ status }) => status.state !== "ended")
      : known.filter(({ id }) => id === window);
  const { whole, endable, hopeless } = everyWindow(context.places);
  const sound = meant(whole);
  const found = sound.length > 0 ? sound : meant(endable.map(({ id, status }) => knownWindow(id, status)));
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  for (const [id, error] of first === undefined ? hopeless : []) {
    if (window === undefined || id === window) throw hopelessError(id, error);
  }
  throw new JedaError(
    "REFUSED",
    first === undefined ? "no window is armed or running" : "more than one window is armed",
    {
      hint: `name one with --id${found.map(({ id }) => `: ${id}`).join("")}`,
    },
  );
}
