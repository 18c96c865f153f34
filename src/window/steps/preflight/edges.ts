/** Every edge answers, its clock is sane, it carries jeda's tables and no lease: standby edges included. */
import { bypasses } from "../../../firewall/readback/bypass.ts";
import type { EdgeListing } from "../../../model/edge-protocol.ts";
import { JedaError } from "../../../model/errors.ts";
import { leavesOut } from "../../../model/runbook-order.ts";
import { lostSources } from "../../../site-rules/lost-sources.ts";
import { howToLetPass, siteTexts } from "../../../site-rules/rows.ts";
import { checkWallClock, onEdge } from "../../clocks/deadlines.ts";
import type { EdgeHold, Night } from "../../context/window-context.ts";
import { readClock } from "../../leases/edge-clock.ts";
import { described, hearSite } from "../site-rules.ts";

export async function checkEdges(night: Night): Promise<void> {
  await Promise.all(night.edges.map((edge) => checkEdge(night, edge)));
}

async function checkEdge(night: Night, edge: EdgeHold): Promise<void> {
  const { name } = edge.planned;
  const reading = await readClock(night, edge);
  const { answeredWallMs: ownMs, roundTripMs } = reading;
  checkWallClock(night.plan, { edge: name, edgeMs: reading.clock.wallMs, ownMs, roundTripMs });
  const reconnectByBootMs = onEdge(reading.clock, reading.answeredBootMs, night.boot);
  night.recorder.record({ type: "edge-clock", edge: name, clock: reading.clock, reconnectByBootMs });
  const listing = await edge.client.list();
  refuseHazards(name, listing);
  refuseBypasses(night, edge, listing);
  judgeSite(night, edge, listing);
  for (const { table, chain, hook, priority } of listing.foreign) {
    night.recorder.note(
      `edge ${name}: a foreign chain "${table} ${chain}" hooks ${hook} at priority ${priority}`,
    );
  }
}

/** The vault's flows before anything is cut: a night that can save nothing is not begun. */
function judgeSite(night: Night, { planned }: EdgeHold, listing: EdgeListing): void {
  const rows = hearSite(night, planned, listing);
  if (rows === null) {
    night.recorder.note(`edge ${planned.name}: its script is too old to tell of the site's own rules`);
    return;
  }
  if (rows.length > 0) {
    night.recorder.record({ type: "site-rules", edge: planned.name, findings: siteTexts(rows) });
  }
  const { sources, runbook } = night.plan;
  const wanted = sources.filter(({ name }) => !leavesOut(runbook.without, name));
  const lost = lostSources(rows, described(night.plan, planned), wanted);
  if (lost.length === 0) return;
  const what = lost.flatMap(({ row }) => siteTexts([row]));
  const how = lost.map(({ flow, row }) => howToLetPass(flow, row.rule));
  throw new JedaError("REFUSED", `the backup host could not reach its sources: ${what.join("; ")}`, {
    hint: `on ${planned.name}, ${how.join("; ")}. Nothing was changed`,
  });
}

/** Whatever goes past the forward hook would stay open through the whole isolation. */
function refuseBypasses({ plan }: Night, { planned }: EdgeHold, listing: EdgeListing): void {
  const segments = Object.fromEntries(plan.segments.map((segment) => [segment.name, segment.interfaces]));
  const found = bypasses(listing, { uplinks: planned.uplinks ?? [], segments });
  if (found.length === 0) return;
  const what = found.map((bypass) => `${bypass.name} ${bypass.text}`).join("; ");
  throw new JedaError("REFUSED", `on the edge ${planned.name}, ${what}`, {
    hint: "take it away on the edge, or leave the segment out of the window: nft list flowtables, ip link show type bridge_slave, tc filter show dev NAME ingress, bpftool link",
  });
}

function refuseHazards(name: string, listing: EdgeListing): void {
  const why = listing.persisted?.fallback ?? null;
  if (why !== null) {
    throw new JedaError("REFUSED", `on the edge ${name} the minimal ruleset is in force: ${why}`, {
      hint: "The vault is locked and services flow, but nothing can be isolated. To mend it: pulumi up on this stack",
    });
  }
  if (listing.tables.jeda_window === null || listing.tables.jeda === null) {
    throw new JedaError("REFUSED", `the edge ${name} does not carry jeda's tables`, {
      hint: "apply the policy first: pulumi up on this stack",
    });
  }
  if (listing.probation) {
    throw new JedaError("REFUSED", `a policy change on the edge ${name} still waits for its confirmation`, {
      hint: "wait 30 s, then look at it with: pulumi preview",
    });
  }
  const lease = listing.leases[0];
  if (lease !== undefined) {
    const end = lease.expiresMs === null ? "without an end" : `for another ${lease.expiresMs} ms`;
    throw new JedaError(
      "REFUSED",
      `the edge ${name} already holds a lease: ${lease.set} ${lease.value}, ${end}`,
      {
        hint: "another window is running, or somebody isolated by hand: jeda window status",
      },
    );
  }
}
