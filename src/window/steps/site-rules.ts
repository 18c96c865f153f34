/** What the site's own tables on the edges say of declared flows, from the newest listing of each edge. */
import type { EdgeListing } from "../../model/edge-protocol.ts";
import type { PlannedEdge, WindowPlan } from "../../model/plan.ts";
import { literalHost } from "../../network/host-address.ts";
import type { Described } from "../../site-rules/declared-flows.ts";
import { readListing } from "../../site-rules/of-listing.ts";
import { done, ruleText, type SiteRow, siteRows, stops } from "../../site-rules/rows.ts";
import type { Night } from "../context/window-context.ts";

export function described(plan: WindowPlan, edge: PlannedEdge): Described {
  const { segments, backupHost, sources, services } = plan;
  const { targets, uplinks = [] } = edge;
  return {
    ...{ segments, backupHost, sources, services },
    uplinks: edge.beyond ?? uplinks.map((name) => ({ name, interface: name, targets })),
  };
}

/** Keeps what this listing says, in place of what an earlier one said; null where the script is too old to tell. */
export function hearSite(night: Night, edge: PlannedEdge, listing: EdgeListing): readonly SiteRow[] | null {
  const rules = readListing(listing);
  const rows = rules === null ? null : siteRows(edge.name, rules, described(night.plan, edge));
  night.siteRows.set(edge.name, rows ?? []);
  return rows;
}

/** The rule of the site's own that stops "tcp 203.0.113.10:80" from this segment, as the edges were last heard. */
export function closedBy(night: Night, segment: string, flow: string): string | undefined {
  const rows = [...night.siteRows.values()].flat();
  const closed = rows.filter(
    (row) => row.kind === "segment-uplink" && row.from === segment && row.what === flow && stops(row),
  );
  // One way that is open makes silence an outage: each family of a name, over each uplink that leads to it.
  const found =
    closed.length < waysTo(night.plan, segment, flow.replace(/^tcp /u, "")) ? undefined : closed[0];
  return found === undefined
    ? undefined
    : `${done[found.does]} on ${found.edge} by the site's own ${ruleText(found.rule)}`;
}

function waysTo(plan: WindowPlan, segment: string, target: string): number {
  const cidrs = plan.segments.find(({ name }) => name === segment)?.cidrs ?? [];
  const families = literalHost(target) === null ? new Set(cidrs.map((cidr) => cidr.includes(":"))).size : 1;
  const uplinks = plan.edges.flatMap((edge) => described(plan, edge).uplinks);
  return families * uplinks.filter(({ targets }) => targets.includes(target)).length;
}
