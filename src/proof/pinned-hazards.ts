/**
 * Which hazards go into a window's plan. Those of the model change with the model. Those by the surroundings (this
 * machine's name server, the last window's speed) stay as they were when the window was first planned: a preview
 * from another machine, or after the window, must not show another plan.
 */
import type { Hospital } from "../model/hospital.ts";
import { hazards } from "./hazards.ts";
import type { Proof } from "./proof-types.ts";
import { terrain } from "./topology.ts";

export interface LastingHazards {
  readonly all: readonly string[];
  readonly bySurroundings: readonly string[];
}

/**
 * @param now the proof under the circumstances of this run
 * @param planned the hazards by surroundings that stand in the state for this same window; null for a new one
 */
export function lastingHazards(
  hospital: Hospital,
  now: Proof,
  planned: readonly string[] | null,
): LastingHazards {
  const model = hazards(terrain(hospital), {}).map(({ text }) => text);
  const bySurroundings =
    planned ?? now.hazards.map(({ text }) => text).filter((text) => !model.includes(text));
  return { all: [...model, ...bySurroundings], bySurroundings };
}
