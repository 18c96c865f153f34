/** What a host's tables depend on and the site owns: kept from the time of applying, for only its change is told. */
import { z } from "zod";
import { settingFindings } from "../src/firewall/edge-facts.ts";
import { rememberSite, siteFindings } from "../src/firewall/site-facts.ts";
import type { EdgeFacts, SiteFacts } from "../src/model/edge-protocol.ts";
import { kept } from "./accepted.ts";
import type { Properties } from "./wire.ts";

const texts = z.record(z.string(), z.string());

const memorySchema = z.object({
  settings: texts.optional().catch(undefined),
  rules: z.array(z.string()).optional().catch(undefined),
  site: texts.optional().catch(undefined),
});

/** As a finding it makes the next `up` keep it. */
export const NEVER_KEPT = { "what is the site's": "was never kept to compare with: pulumi up does" };

/** The outputs to keep. */
export function rememberAround(facts: EdgeFacts | undefined, site: SiteFacts, known: Properties): Properties {
  if (facts === undefined) return known;
  const before = memorySchema.parse(known);
  return {
    settings: { ...facts.settings, ...kept(before.settings, facts.settings) },
    rules: kept(before.rules, facts.rules),
    site: rememberSite(kept(before.site, site), site),
  };
}

/** Name → what is the matter with it. */
export function changedAround(
  facts: EdgeFacts | undefined,
  site: SiteFacts,
  known: Properties,
): Record<string, string> {
  if (facts === undefined) return {};
  const { settings, rules, site: before } = memorySchema.parse(known);
  if (before === undefined && Object.keys(site).length > 0) return NEVER_KEPT;
  return {
    ...siteFindings(site, before),
    ...settingFindings(facts, { ...(settings && { settings }), ...(rules && { rules }) }),
  };
}
