/** Asks every edge for the site's own tables, by the read key. */
import type { Edge } from "../model/hospital.ts";
import { readListing } from "../site-rules/of-listing.ts";
import type { SiteRuleset } from "../site-rules/ruleset.ts";
import { sshEdge } from "./edge-client.ts";

/** @throws JedaError UNREACHABLE and others, of the first edge that can't be asked */
export async function askSiteRules(edges: readonly Edge[]): Promise<ReadonlyMap<string, SiteRuleset | null>> {
  const asked = edges.map(async (edge): Promise<[string, SiteRuleset | null]> => {
    const client = sshEdge(edge, "read");
    try {
      return [edge.name, readListing(await client.list())];
    } finally {
      await client.close();
    }
  });
  return new Map(await Promise.all(asked));
}
