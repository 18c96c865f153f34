/** What stands around the tables on an edge: interfaces, kernel settings and routing rules that they depend on. */
import { z } from "zod";
import { interfaceFindings, settingFindings } from "../../src/firewall/edge-facts.ts";
import type { EdgeListing } from "../../src/model/edge-protocol.ts";
import { kept } from "../accepted.ts";
import type { Properties } from "../wire.ts";
import { type EdgeFirewallInputs, texts } from "./edge-firewall-inputs.ts";

/** What is kept from the time of applying: these are the site's, and only their change is told. */
const rememberedSchema = z.object({
  settings: texts.optional().catch(undefined),
  rules: z.array(z.string()).optional().catch(undefined),
});

export function remembered({ facts }: EdgeListing, known: Properties): Properties {
  if (facts === undefined) return {};
  const before = rememberedSchema.parse(known);
  return { settings: kept(before.settings, facts.settings), rules: kept(before.rules, facts.rules) };
}

export function around(
  { facts }: EdgeListing,
  inputs: EdgeFirewallInputs,
  known: Properties,
): Record<string, string> {
  if (facts === undefined) return {};
  const { settings, rules } = rememberedSchema.parse(known);
  const before = {
    ...(settings === undefined ? {} : { settings }),
    ...(rules === undefined ? {} : { rules }),
  };
  return { ...interfaceFindings(facts, inputs.segments), ...settingFindings(facts, before) };
}
