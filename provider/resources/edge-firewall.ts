/** The two tables that jeda owns on an edge, `inet jeda` and `inet jeda_window`, and never another. */

import type { Properties } from "../../pulumi-protocol/wire.ts";
import { aroundForward } from "../../src/firewall/readback/bypass.ts";
import { foreignFindings, howToDeclare } from "../../src/firewall/readback/known-tables.ts";
import { persistedDrift } from "../../src/firewall/readback/persisted.ts";
import { type HandMade, handMadeLeases } from "../../src/firewall/readback/unmanaged-leases.ts";
import { askBackup } from "../../src/host/backup-read.ts";
import type { BootFiles, EdgeListing } from "../../src/model/edge-protocol.ts";
import { JedaError } from "../../src/model/errors.ts";
import type { EdgeReach } from "../../src/model/hospital.ts";
import { readListing } from "../../src/site-rules/of-listing.ts";
import { siteRows, siteTexts } from "../../src/site-rules/rows.ts";
import type { Call, Handler } from "../engine/handler.ts";
import type { Edges } from "../hosts/ports.ts";
import { applyOnProbation, PROBATION_MS } from "../hosts/probation.ts";
import type { Run } from "../hosts/remote.ts";
import { compareTables, declaredTable } from "../hosts/ruleset-inputs.ts";
import { notLookedAt } from "../hosts/site-baseline.ts";
import { around, remembered } from "./edge-environment.ts";
import { type EdgeFirewallInputs, edgeFirewallSchema } from "./edge-firewall-inputs.ts";
import { changesWindow, refuseUnderLease, segmentsOf, until } from "./lease-protection.ts";

const AS_DECLARED = "as declared";
const PERSISTED = "/etc/jeda/edge.nft";

function persistedOf({ persisted, wanted }: EdgeListing, minimal: string): readonly string[] {
  return persisted === undefined ? [] : persistedDrift(PERSISTED, persisted, { tables: wanted, minimal });
}

/** What the site's own tables do to declared flows: whoever reads the preview has declared them open. */
function siteRules({ edge, described }: EdgeFirewallInputs, listing: EdgeListing): readonly string[] {
  const rules = described === undefined ? null : readListing(listing);
  return rules === null || described === undefined ? [] : siteTexts(siteRows(edge, rules, described));
}

function bootFilesOf({ tables, minimal }: EdgeFirewallInputs): BootFiles {
  return { boot: tables.jeda + tables.jeda_window, minimal };
}

interface Hands {
  readonly found: readonly HandMade[];
  /** Null where nobody was asked, or the backup host can't say. */
  readonly runs: boolean | null;
}

export function edgeFirewall(edges: Edges, run: Run): Handler<EdgeFirewallInputs> {
  /** Asked only where there are leases; null where the backup host can't say. */
  const windowRuns = async ({ windowHost, windowHostRead }: EdgeFirewallInputs): Promise<boolean | null> => {
    if (windowHost === undefined) return null;
    try {
      return (await askBackup(run, { ssh: windowHost, read: windowHostRead }, ["running"])).length > 0;
    } catch (error) {
      if (error instanceof JedaError) return null;
      throw error;
    }
  };
  const handMade = async (inputs: EdgeFirewallInputs, listing: EdgeListing): Promise<Hands> => {
    if (listing.leases.length === 0) return { found: [], runs: null };
    const runs = await windowRuns(inputs);
    return { found: handMadeLeases(listing, runs), runs };
  };

  const clientOf = (inputs: EdgeFirewallInputs, role: keyof EdgeReach) =>
    edges.client(inputs.edge, inputs.ssh, role);

  /** A window's own leases are never touched: what is taken away was given by no window. */
  const takeAway = async (inputs: EdgeFirewallInputs, listing: EdgeListing, call: Call): Promise<boolean> => {
    const { found: byHand, runs } = await handMade(inputs, listing);
    const found = byHand.map(({ lease }) => lease);
    if (found.length === 0) return false;
    if (runs === false) await clientOf(inputs, "window").release(listing.clock.fence);
    else await edges.revoke(inputs.edge, inputs.ssh, found);
    await call.log.info(`${inputs.edge}: took away what no window leased: ${segmentsOf(inputs, found)}`);
    return true;
  };

  const apply = async (
    inputs: EdgeFirewallInputs,
    call: Call,
    known: Properties = {},
  ): Promise<Properties> => {
    const client = clientOf(inputs, "policy");
    // First, for a set that has to be made anew must be empty.
    const found = await client.list(inputs.tables);
    const listing = (await takeAway(inputs, found, call)) ? await client.list(inputs.tables) : found;
    const change = edges.transition(listing);
    if (change !== null) {
      const whole = { ...change, ...bootFilesOf(inputs) };
      await applyOnProbation(client, whole, inputs.probes, (via) => edges.prober(via), call.log);
    }
    // Confirming has written the files already.
    if (change === null && persistedOf(listing, inputs.minimal).length > 0)
      await edges.persist(inputs.edge, inputs.ssh, bootFilesOf(inputs));
    return remembered(listing, known);
  };

  return {
    schema: edgeFirewallSchema,
    identity: ["edge"],
    quiet: ["tables", "minimal", "segments", "uplinks", "described"],

    async derive({ tables }) {
      const policy = declaredTable(tables.jeda);
      const window = declaredTable(tables.jeda_window);
      return {
        policy: policy.rules,
        policyOrder: policy.order,
        window: window.rules,
        windowOrder: window.order,
        foreign: {},
        leases: {},
        persisted: AS_DECLARED,
        around: {},
      };
    },

    async inspect(inputs, _call, olds) {
      if (olds === undefined || !changesWindow(inputs, olds)) return;
      refuseUnderLease(inputs, olds, await clientOf(inputs, "read").list({}));
    },

    async create(inputs, call) {
      return { id: inputs.edge, outputs: await apply(inputs, call) };
    },

    async read(inputs, outputs) {
      const listing = await clientOf(inputs, "read").list(inputs.tables);
      const table = (name: "jeda" | "jeda_window") =>
        compareTables({
          declared: inputs.tables[name],
          live: listing.tables[name],
          wanted: listing.wanted[name],
        });
      const policy = table("jeda");
      const window = table("jeda_window");
      const known = inputs.knownTables ?? [];
      const strangers = [...foreignFindings(listing, known), ...aroundForward(listing, inputs)];
      const foreign = Object.fromEntries(strangers.map(({ key, value }) => [key, value]));
      const byHand = (await handMade(inputs, listing)).found;
      const persisted = persistedOf(listing, inputs.minimal);
      const surroundings = around(listing, inputs, outputs);
      const drift = [
        // Of the minimal ruleset each rule would be another line; why it is there says it all.
        ...(listing.persisted?.fallback ? [] : [...policy.drift, ...window.drift]),
        ...strangers.map(({ text }) => text),
        ...byHand.map(
          ({ lease, why }) => `lease ${lease.set} ${lease.value} (${segmentsOf(inputs, [lease])}) ${why}`,
        ),
        ...persisted,
        ...Object.entries(surroundings).map(([name, what]) => `${name} ${what}`),
      ];
      return {
        inputs: {
          policy: policy.rules,
          policyOrder: policy.order,
          window: window.rules,
          windowOrder: window.order,
          foreign,
          leases: Object.fromEntries(byHand.map(({ lease, why }) => [`${lease.set}/${lease.value}`, why])),
          persisted: persisted.length === 0 ? AS_DECLARED : persisted.join("; "),
          around: surroundings,
        },
        outputs,
        drift: drift.map((line) => `${inputs.edge}: ${line}`),
        notes: [
          ...siteRules(inputs, listing),
          ...[...howToDeclare(listing, known), ...notLookedAt(listing.facts)].map(
            (line) => `${inputs.edge}: ${line}`,
          ),
        ],
      };
    },

    async update(inputs, olds, known, call) {
      if (changesWindow(inputs, olds)) {
        refuseUnderLease(inputs, olds, await clientOf(inputs, "policy").list({}));
      }
      return apply(inputs, call, known);
    },

    async delete(inputs) {
      const client = clientOf(inputs, "policy");
      const listing = await client.list({});
      if (listing.leases.length > 0) {
        throw new JedaError(
          "REFUSED",
          `a window holds a lease on ${inputs.edge}: ${segmentsOf(inputs, listing.leases)}, ${until(inputs, listing)}`,
          {
            hint: "Removing the tables would end its isolation under it. Wait, or end the window: npm run -s jeda -- window abort",
          },
        );
      }
      const change = edges.removal(listing);
      if (change === null) return;
      await client.apply(change, PROBATION_MS);
      await client.confirm();
    },
  };
}
