/** The flow proof of one window, from the model alone. */
import type { Hospital } from "../model/hospital.ts";
import { allLeftOut } from "../model/left-out.ts";
import { classesOf } from "./classes.ts";
import { flows } from "./flows.ts";
import { hazards } from "./hazards.ts";
import type { Circumstances, Proof } from "./proof-types.ts";
import { terrain } from "./topology.ts";
import { lostPaths } from "./violations/services.ts";
import { vaultBreaches } from "./violations/vault.ts";
import { waysOut } from "./violations/ways-out.ts";

export function prove(hospital: Hospital, circumstances: Circumstances = {}): Proof {
  const ground = terrain(hospital);
  const classes = classesOf(ground);
  const lines = flows(ground, classes);
  return {
    version: 2,
    hospital: hospital.name,
    isolate: hospital.window.isolate,
    lateral: hospital.lateral.mode,
    classes,
    flows: lines,
    violations: [...waysOut(ground, lines), ...vaultBreaches(ground, lines), ...lostPaths(ground, lines)],
    leftOut: allLeftOut(circumstances.runbook, hospital.sources),
    hazards: hazards(ground, circumstances),
  };
}
