/**
 * The states of a window and the moves between them. A window only ever moves forward; `reconnecting` can be
 * reached from every state in which something may have been changed, so that the finaliser always has a way.
 */
import { JedaError } from "../../model/errors.ts";
import type { WindowState } from "../../model/journal.ts";

/** A state that may follow itself is one that a resumed runner enters again. */
const successors: Readonly<Record<WindowState, readonly WindowState[]>> = {
  planned: ["armed"],
  armed: ["preflight", "reconnecting"],
  preflight: ["preflight", "isolating", "reconnecting"],
  isolating: ["isolated", "reconnecting"],
  isolated: ["backing-up", "holding", "reconnecting"],
  "backing-up": ["verifying", "holding", "reconnecting"],
  verifying: ["holding", "reconnecting"],
  holding: ["reconnecting"],
  reconnecting: ["reconnecting", "ended"],
  ended: [],
};

export const windowStates = Object.keys(successors) as readonly WindowState[];

/** A state that another version of jeda wrote and this one does not know can only be ended. */
function waysOut(from: WindowState): readonly WindowState[] {
  const known = Object.hasOwn(successors, from) ? successors[from] : undefined;
  return known ?? ["reconnecting"];
}

export function canAdvance(from: WindowState, to: WindowState): boolean {
  return waysOut(from).includes(to);
}

/** @throws JedaError INTERNAL for a move that the machine doesn't know. */
export function advance(from: WindowState, to: WindowState): WindowState {
  if (!canAdvance(from, to)) {
    throw new JedaError("INTERNAL", `a window can't move from "${from}" to "${to}"`, {
      hint: `from "${from}" it can move to ${waysOut(from).join(", ") || "nothing: it is over"}`,
    });
  }
  return to;
}

/** Up to here no lease was asked for: a resumed runner may begin again. */
export function nothingTouched(state: WindowState): boolean {
  return state === "planned" || state === "armed" || state === "preflight";
}
