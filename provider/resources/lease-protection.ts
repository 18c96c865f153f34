/** What may not be changed on an edge while a window holds a lease on it. */
import type { EdgeListing, LiveLease } from "../../src/model/edge-protocol.ts";
import { JedaError } from "../../src/model/errors.ts";
import { declaredTable } from "../hosts/ruleset-inputs.ts";
import type { EdgeFirewallInputs } from "./edge-firewall-inputs.ts";

/** The segments that leases are about, by name. */
export function segmentsOf(inputs: EdgeFirewallInputs, leases: readonly LiveLease[]): string {
  const names = leases.map(({ set, value }) => {
    if (set === "vault_open") return "the open vault";
    const owner = Object.entries(inputs.segments).find(([, marks]) => marks.includes(value));
    return owner?.[0] ?? value;
  });
  return [...new Set(names)].join(", ");
}

/** "until 15 May 2017, 03:00:00 Asia/Jakarta at the latest". */
export function until(inputs: EdgeFirewallInputs, listing: EdgeListing): string {
  if (listing.leases.some(({ expiresMs }) => expiresMs === null)) return "without an end";
  const longest = Math.max(...listing.leases.map(({ expiresMs }) => expiresMs ?? 0));
  const end = new Date(listing.clock.wallMs + longest);
  const time = new Intl.DateTimeFormat("en-GB", {
    timeStyle: "medium",
    dateStyle: "medium",
    timeZone: inputs.zone,
  });
  return `until ${time.format(end)} ${inputs.zone} at the latest`;
}

/** Repairing what somebody did to the table is no change of it: only what the configuration says counts. */
export function changesWindow(inputs: EdgeFirewallInputs, olds: EdgeFirewallInputs): boolean {
  return inputs.tables.jeda_window !== olds.tables.jeda_window;
}

/**
 * The rules that a running lease works by: another segment, interface or maximum would change it under way.
 * @throws JedaError REFUSED, unless JEDA_FORCE is "window"
 */
export function refuseUnderLease(
  inputs: EdgeFirewallInputs,
  olds: EdgeFirewallInputs,
  listing: EdgeListing,
): void {
  if (listing.leases.length === 0 || process.env.JEDA_FORCE === "window") return;
  const names = [olds, inputs].map(({ tables }) => declaredTable(tables.jeda_window).rules);
  const [before = {}, after = {}] = names;
  const changed = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(
    (name) => before[name] !== after[name],
  );
  const some = changed.slice(0, 6).join(", ");
  throw new JedaError(
    "REFUSED",
    `a window is in progress on ${inputs.edge} (${segmentsOf(inputs, listing.leases)}, ${until(inputs, listing)}), and this would change what it isolates by: ${some}${changed.length > 6 ? ` and ${changed.length - 6} more` : ""}`,
    {
      hint: "Wait until the window has ended. To change it under way all the same: JEDA_FORCE=window in the environment of pulumi up.",
    },
  );
}
