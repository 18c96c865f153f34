/** The site's own ruleset as an edge's answer carries it. Pure. */
import type { EdgeListing } from "../model/edge-protocol.ts";
import { readSiteRuleset, type SiteRuleset } from "./ruleset.ts";

/**
 * Null where the edge's script is too old to tell. A set without elements in it was not listed, or is empty: which of
 * the two nobody knows.
 */
export function readListing({
  siteRules,
  foreign,
}: Pick<EdgeListing, "siteRules" | "foreign">): SiteRuleset | null {
  if (siteRules === undefined) return null;
  const legacy = foreign.map(({ table }) => table).filter((table) => table.startsWith("legacy-"));
  return readSiteRuleset(siteRules, { own: ["jeda", "jeda_window"], legacy, terse: true });
}
