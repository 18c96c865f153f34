/** What a host's tables depend on and the site owns: kept from the time of applying, for only its change is told. */
import { z } from "zod";
import type { Properties } from "../../pulumi-protocol/wire.ts";
import { laterKinds, rememberSite, siteFindings } from "../../src/firewall/readback/site-facts.ts";
import type { EdgeFacts, SiteFacts } from "../../src/model/edge-protocol.ts";
import { kept } from "./drift-baseline.ts";

const memorySchema = z.object({
  /** By another name than before it was read whole: what was kept then is not compared with what is told now. */
  surroundings: z.record(z.string(), z.string()).optional().catch(undefined),
});

/** As a finding it makes the next `up` keep it. */
const NEVER_KEPT = { "what is the site's": "was never kept to compare with: pulumi up does" };

/** The outputs to keep. */
export function rememberAround(site: SiteFacts, known: Properties): Properties {
  const { surroundings: before } = memorySchema.parse(known);
  return { surroundings: rememberSite(kept(before, site), site) };
}

/** Name → what is the matter with it. */
export function changedAround(site: SiteFacts, known: Properties): Record<string, string> {
  const { surroundings: before } = memorySchema.parse(known);
  if (Object.keys(site).length === 0) return {};
  return {
    ...(before === undefined || laterKinds(site, before).length > 0 ? NEVER_KEPT : {}),
    ...siteFindings(site, before),
  };
}

/** What a host could not tell, for want of a program; a note, for nothing is known to have changed. */
export function notLookedAt(facts: EdgeFacts | undefined): readonly string[] {
  return (facts?.unlooked ?? []).map((what) => `not looked at: ${what}`);
}
