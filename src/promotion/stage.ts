/** Asks the earlier stage by stack reference. */
import * as pulumi from "@pulumi/pulumi";
import { JedaError, JedaErrors } from "../model/errors.ts";
import type { Hospital } from "../model/hospital.ts";
import type { Runbook } from "../model/runbook.ts";
import { checkPromotion } from "./check.ts";

/**
 * @returns the override's reason, where one let the window through
 * @throws JedaErrors (REFUSED) with everything that is missing
 */
export async function demandPromotion(hospital: Hospital, runbook: Runbook): Promise<string | undefined> {
  const { promotion } = hospital;
  if (promotion === undefined) return undefined;
  // With an override the earlier stack need not even exist.
  const output = promotion.override === undefined ? await windowOf(promotion.from) : undefined;
  const { missing, warnings, override } = checkPromotion(promotion, runbook, output, Date.now());
  if (missing.length > 0) {
    const hint = `run the window on ${promotion.from} first, or write an override with its reason into jeda:promotion`;
    throw new JedaErrors(missing.map((text) => new JedaError("REFUSED", text, { hint })));
  }
  for (const text of warnings) await pulumi.log.warn(`promotion: ${text}`);
  return override;
}

async function windowOf(stack: string): Promise<unknown> {
  // A bare name is a stack of this project in the same organisation, whatever the backend.
  const name = stack.includes("/") ? stack : `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
  const reference = new pulumi.StackReference(name);
  // `requireOutput` prints a trace where the output is missing.
  return (await reference.getOutputDetails("window")).value;
}
