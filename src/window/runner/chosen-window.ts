/** Which window an operator means: the one named, or the only one that has not ended. */
import { JedaError } from "../../model/errors.ts";
import { brokenWindows, hopelessError } from "./broken-windows.ts";
import type { RunnerContext } from "./context.ts";
import { type KnownWindow, knownWindow, knownWindows } from "./known-windows.ts";

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
  const { endable, hopeless } = brokenWindows(context.places);
  const whole = meant(knownWindows(context.places, () => undefined));
  const broken = endable.map(({ id, status }) => knownWindow(id, status));
  const found = whole.length > 0 ? whole : meant(broken);
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
