/** What is live on an edge that was not declared: one sentence for each finding. Pure. */
import type { EdgeListing, LiveLease, TableName } from "../../model/edge-protocol.ts";
import type { KnownTable } from "../../model/hospital.ts";
import { compareTables } from "./compare.ts";
import { foreignFindings } from "./known-tables.ts";
import { type ListedTable, parseTableText } from "./listing.ts";
import { hasProbationSet, onProbation, settled } from "./probation.ts";

export interface DriftOptions {
  readonly maxIsolationMs: number;
  /** Tables of the site itself that are known to hook the same traffic. */
  readonly knownTables?: readonly KnownTable[];
  /** False when no window runs: every lease is then somebody's hand. */
  readonly leasesExpected?: boolean;
}

/** The listing must have been asked with the wanted tables; those that were not asked for are not compared. */
export function edgeDrift(listing: EdgeListing, options: DriftOptions): string[] {
  const names = Object.keys(listing.wanted) as TableName[];
  return [
    ...names.flatMap((name) => tableDrift(listing.wanted[name], listing.tables[name])),
    ...listing.leases.flatMap((lease) => leaseDrift(lease, options)),
    ...foreignFindings(listing, options.knownTables ?? []).map(({ text }) => text),
  ];
}

/** Both as an nft printed them; null where there is no table, or nothing is wanted. */
export function tableDrift(wantedText: string | null, liveText: string | null): string[] {
  const wanted = parseTableText(wantedText);
  if (wanted === null) return [];
  const live = parseTableText(liveText);
  if (live === null) return compareTables(wanted, null);
  return [...probationDrift(live), ...compareTables(wanted, settled(live))];
}

function probationDrift(live: ListedTable): string[] {
  if (!hasProbationSet(live)) return [];
  return onProbation(live)
    ? [`inet ${live.name}: a change is on probation and waits for its confirmation`]
    : [
        `inet ${live.name}: a change was never confirmed; the former rules are in force, the new ones are left over`,
      ];
}

function leaseDrift(lease: LiveLease, options: DriftOptions): string[] {
  const what = `${lease.set} ${lease.value}`;
  if (lease.expiresMs === null) return [`lease ${what} has no end: it was not made by jeda`];
  if (lease.expiresMs > options.maxIsolationMs) {
    return [
      `lease ${what} lasts ${lease.expiresMs} ms more, beyond the maximum of ${options.maxIsolationMs} ms`,
    ];
  }
  if (options.leasesExpected === false) return [`lease ${what} is there although no window runs`];
  return [];
}
