/** The two tables that jeda owns on an edge, `inet jeda` and `inet jeda_window`, and never another. */
import { z } from "zod";
import { aroundForward } from "../../src/firewall/bypass.ts";
import { interfaceFindings, settingFindings } from "../../src/firewall/edge-facts.ts";
import { type HandMade, handMadeLeases } from "../../src/firewall/hand-made.ts";
import { foreignFindings, howToDeclare } from "../../src/firewall/known-tables.ts";
import { persistedDrift } from "../../src/firewall/persisted.ts";
import { askBackup } from "../../src/host/backup-read.ts";
import type { EdgeListing, LiveLease } from "../../src/model/edge-protocol.ts";
import { JedaError } from "../../src/model/errors.ts";
import type { EdgeReach } from "../../src/model/hospital.ts";
import { kept } from "../accepted.ts";
import type { Edges } from "../edges.ts";
import type { Call, Handler } from "../handler.ts";
import { applyOnProbation, PROBATION_MS } from "../probation.ts";
import type { Run } from "../remote.ts";
import { compareTables, declaredTable } from "../ruleset-inputs.ts";
import type { Properties } from "../wire.ts";
import { knownTablesSchema } from "./known-tables.ts";
import { reachSchema } from "./reach.ts";

const texts = z.record(z.string(), z.string());

const schema = z.strictObject({
  edge: z.string(),
  ssh: reachSchema,
  /** nft text of each table. */
  tables: z.strictObject({ jeda: z.string(), jeda_window: z.string() }),
  probes: z.array(
    z.strictObject({
      service: z.string(),
      from: z.string(),
      via: z.string(),
      target: z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("http"), url: z.string() }),
        z.strictObject({ kind: z.literal("tcp"), host: z.string(), port: z.number() }),
      ]),
      whenUnknown: z.enum(["proceed", "refuse"]),
    }),
  ),
  /** Interfaces and prefixes of each segment, to name leases by their segment. */
  segments: z.record(z.string(), z.array(z.string())),
  /** Interfaces of the uplinks, to tell a bridge that goes around the forward hook. */
  uplinks: z.array(z.string()).optional(),
  /** IANA zone for times in messages. */
  zone: z.string(),
  /** OpenSSH destination of the backup host, which knows whether a window is under way. */
  windowHost: z.string().optional(),
  /** That of its read-only key. */
  windowHostRead: z.string().optional(),
  knownTables: knownTablesSchema.optional(),
  // Set by the provider.
  policy: texts.optional(),
  policyOrder: texts.optional(),
  window: texts.optional(),
  windowOrder: texts.optional(),
  /** Tables of others that were not declared, and leases by hand: nothing of the kind is expected. */
  foreign: texts.optional(),
  leases: texts.optional(),
  /** Whether the file that is loaded at boot says the same. */
  persisted: z.string().optional(),
  /** Interfaces, kernel settings and routing rules that the tables depend on. */
  around: texts.optional(),
});

/** What is kept from the time of applying: these are the site's, and only their change is told. */
const rememberedSchema = z.object({
  settings: texts.optional().catch(undefined),
  rules: z.array(z.string()).optional().catch(undefined),
});

function remembered({ facts }: EdgeListing, known: Properties): Properties {
  if (facts === undefined) return {};
  const before = rememberedSchema.parse(known);
  return { settings: kept(before.settings, facts.settings), rules: kept(before.rules, facts.rules) };
}

function around(
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

export type EdgeFirewallInputs = z.infer<typeof schema>;

const AS_DECLARED = "as declared";
const PERSISTED = "/etc/jeda/edge.nft";

function segmentsOf(inputs: EdgeFirewallInputs, leases: readonly LiveLease[]): string {
  const names = leases.map(({ set, value }) => {
    if (set === "vault_open") return "the open vault";
    const owner = Object.entries(inputs.segments).find(([, marks]) => marks.includes(value));
    return owner?.[0] ?? value;
  });
  return [...new Set(names)].join(", ");
}

function until(inputs: EdgeFirewallInputs, listing: EdgeListing): string {
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

function persistedOf({ persisted, wanted }: EdgeListing): readonly string[] {
  return persisted === undefined ? [] : persistedDrift(PERSISTED, persisted, wanted);
}

/** Repairing what somebody did to the table is no change of it: only what the configuration says counts. */
function changesWindow(inputs: EdgeFirewallInputs, olds: EdgeFirewallInputs): boolean {
  return inputs.tables.jeda_window !== olds.tables.jeda_window;
}

/** The rules that a running lease works by: another segment, interface or maximum would change it under way. */
function refuseUnderLease(inputs: EdgeFirewallInputs, olds: EdgeFirewallInputs, listing: EdgeListing): void {
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
  const handMade = async (inputs: EdgeFirewallInputs, listing: EdgeListing): Promise<readonly HandMade[]> =>
    listing.leases.length === 0 ? [] : handMadeLeases(listing, await windowRuns(inputs));

  const clientOf = (inputs: EdgeFirewallInputs, role: keyof EdgeReach) =>
    edges.client(inputs.edge, inputs.ssh, role);

  const apply = async (
    inputs: EdgeFirewallInputs,
    call: Call,
    known: Properties = {},
  ): Promise<Properties> => {
    const client = clientOf(inputs, "policy");
    const listing = await client.list(inputs.tables);
    const change = edges.transition(listing);
    if (change !== null) {
      await applyOnProbation(client, change, inputs.probes, (via) => edges.prober(via), call.log);
    }
    // A window's own leases are never touched: what is taken away was given by no window.
    const found = await handMade(inputs, listing);
    if (found.length > 0) {
      if ((await windowRuns(inputs)) === false) await clientOf(inputs, "window").release(listing.clock.fence);
      else
        await edges.revoke(
          inputs.edge,
          inputs.ssh,
          found.map(({ lease }) => lease),
        );
      await call.log.info(
        `${inputs.edge}: took away what no window leased: ${segmentsOf(
          inputs,
          found.map(({ lease }) => lease),
        )}`,
      );
    }
    // Confirming has written the file already.
    if (change === null && persistedOf(listing).length > 0) await edges.persist(inputs.edge, inputs.ssh);
    return remembered(listing, known);
  };

  return {
    schema,
    identity: ["edge"],
    quiet: ["tables", "segments", "uplinks"],

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
      const byHand = await handMade(inputs, listing);
      const persisted = persistedOf(listing);
      const surroundings = around(listing, inputs, outputs);
      const drift = [
        ...policy.drift,
        ...window.drift,
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
        outputs: { settings: outputs.settings ?? null, rules: outputs.rules ?? null },
        drift: drift.map((line) => `${inputs.edge}: ${line}`),
        notes: howToDeclare(listing, known).map((line) => `${inputs.edge}: ${line}`),
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
