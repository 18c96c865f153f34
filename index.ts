/** The whole story: read the hospital, prove what its window does, and declare it. */
import * as pulumi from "@pulumi/pulumi";
import { loadFromPulumi } from "./src/config/pulumi.ts";
import { asRunErrorText, errorLine } from "./src/errors/error-text.ts";
import { reachEverything } from "./src/host/reach.ts";
import { surroundings } from "./src/host/this-machine.ts";
import { JedaError } from "./src/model/errors.ts";
import { demandPromotion } from "./src/promotion/stage.ts";
import { demandProof } from "./src/proof/gate.ts";
import { lastingHazards } from "./src/proof/pinned-hazards.ts";
import { proofText } from "./src/proof/table.ts";
import { declareHospital } from "./src/resources/declare.ts";
import { formerOutputs } from "./src/resources/previous-outputs.ts";
import { isRecurring } from "./src/schedule/recurring-plan.ts";
import { comingText } from "./src/schedule/upcoming-text.ts";
import { windowId } from "./src/schedule/window-id.ts";
import { makePlan } from "./src/window/plan/make-plan.ts";

/** Of a recurring window, in a preview. */
const SHOWN_WINDOWS = 5;

/** Everything is validated before the first resource is declared: bad input never leaves half a change behind. */
async function main() {
  const { hospital, runbook, warnings, credentials } = loadFromPulumi();
  for (const { message, at } of warnings) {
    await pulumi.log.warn(errorLine(new JedaError("CONFIG", message, at === undefined ? {} : { at })));
  }

  const former = await formerOutputs();
  const proof = demandProof(hospital, {
    ...surroundings(pulumi.getRootDirectory()),
    runbook,
    past: former.past,
  });
  const promotionOverride = await demandPromotion(hospital, runbook);
  const planned = former.windowId === windowId(hospital, runbook) ? former.hazardsHere : null;
  const hazards = lastingHazards(hospital, proof, planned);
  const plan = makePlan(hospital, runbook, {
    stack: `${pulumi.getOrganization()}/${pulumi.getProject()}/${pulumi.getStack()}`,
    hazards: hazards.all,
    ...(promotionOverride === undefined ? {} : { promotionOverride }),
  });

  if (pulumi.runtime.isDryRun()) {
    await pulumi.log.info(proofText(proof));
    if (isRecurring(plan)) {
      await pulumi.log.info(comingText(plan.schedule, plan.zone, Date.now(), SHOWN_WINDOWS));
    }
    for (const hazard of proof.hazards) await pulumi.log.warn(`hazard: ${hazard.text}`);
  } else {
    await reachEverything(hospital);
  }

  const { window, promotionKey } = await declareHospital(hospital, plan, credentials);
  return {
    hospital: hospital.name,
    windowId: plan.id,
    runbook: { name: runbook.name, hash: runbook.hash },
    hazards: plan.hazards,
    hazardsHere: hazards.bySurroundings,
    window: window.result,
    promotionKey,
  };
}

export default await main().catch((error: unknown) => {
  // `RunError` ends the program with its message alone; an `Error` would print a trace.
  throw new pulumi.RunError(asRunErrorText(error));
});
