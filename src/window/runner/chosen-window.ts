/** Which window an operator means: the one named, or the only one that has not ended. */
import { JedaError } from "../../model/errors.ts";
import type { RunnerContext } from "./context.ts";
import { type KnownWindow, knownWindows } from "./known-windows.ts";

/** @throws JedaError REFUSED when there is none, or more than one. */
export function chosenWindow(context: RunnerContext): KnownWindow {
  const { window } = context.asked;
  const known = knownWindows(context.places, () => undefined);
  const found =
    window === undefined
      ? known.filter(({ status }) => status.state !== "ended")
      : known.filter(({ id }) => id === window);
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  throw new JedaError(
    "REFUSED",
    first === undefined ? "no window is armed or running" : "more than one window is armed",
    {
      hint: `name one with --id${found.map(({ id }) => `: ${id}`).join("")}`,
    },
  );
}
