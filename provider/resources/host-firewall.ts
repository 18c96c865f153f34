/** The backup host's own firewall: `inet jeda_host`, the file that loads it at boot, and the script that does both. */
import { z } from "zod";
import type { Properties } from "../../pulumi-protocol/wire.ts";
import { makeTransition } from "../../src/firewall/change/transition.ts";
import { edgeScriptText } from "../../src/firewall/edge/edge-script.ts";
import { parseKeys } from "../../src/firewall/readback/authorized-keys.ts";
import { placeFindings } from "../../src/firewall/readback/edge-facts.ts";
import { foreignFindings, howToDeclare } from "../../src/firewall/readback/known-tables.ts";
import { persistedDrift } from "../../src/firewall/readback/persisted.ts";
import { bothSides, withLogins } from "../../src/firewall/readback/site-facts.ts";
import { HOST_SCRIPT, type HostListing } from "../../src/host/host-firewall.ts";
import { sha256 } from "../../src/host/remote-file.ts";
import type { SiteFacts } from "../../src/model/edge-protocol.ts";
import { JedaError } from "../../src/model/errors.ts";
import type { Handler, Live } from "../engine/handler.ts";
import type { Hosts } from "../hosts/ports.ts";
import { PROBATION_MS } from "../hosts/probation.ts";
import { compareTables, declaredTable } from "../hosts/ruleset-inputs.ts";
import { changedAround, notLookedAt, rememberAround } from "../hosts/site-baseline.ts";
import { knownTablesSchema } from "./known-tables.ts";

const AS_DECLARED = "as declared";
const MODE = "755 0:0";
const PERSISTED = "/etc/jeda/host.nft";
const texts = z.record(z.string(), z.string());

const schema = z.strictObject({
  host: z.string(),
  /** The control path, as root. */
  ssh: z.string(),
  /** OpenSSH destination of the read-only key. */
  read: z.string().optional(),
  /** nft text of `inet jeda_host`. */
  table: z.string(),
  /** nft text of what a boot loads where the table does not load. */
  minimal: z.string().default(""),
  knownTables: knownTablesSchema.optional(),
  // Set by the provider.
  rules: texts.optional(),
  order: texts.optional(),
  foreign: texts.optional(),
  /** Whether the file that is loaded at boot says the same. */
  persisted: z.string().optional(),
  /** SHA-256 of the script on the host. */
  script: z.string().optional(),
  /** Who may write it. */
  mode: z.string().optional(),
  /** What else is not as it was left: the directories, and what is the site's. */
  around: texts.optional(),
});
export type HostFirewallInputs = z.infer<typeof schema>;

function siteOf({ facts, keys = "" }: HostListing): SiteFacts {
  return facts === undefined ? {} : withLogins(bothSides(facts.site), parseKeys(keys));
}

/** Name → what is the matter with it. */
function around(listing: HostListing, known: Properties): Record<string, string> {
  const { facts } = listing;
  if (facts === undefined) return {};
  return {
    ...changedAround(siteOf(listing), known),
    ...placeFindings({ ...facts, fences: [], fencesByHand: {} }, {}),
  };
}

/** The read key's own answer where the script is gone. */
function isMissing(error: JedaError): boolean {
  return (error.cause as { readonly code?: string } | undefined)?.code === "missing";
}

export function hostFirewall(hosts: Hosts): Handler<HostFirewallInputs> {
  const persistedOf = ({ persisted, wanted }: HostListing, minimal: string): readonly string[] =>
    persisted === undefined
      ? []
      : persistedDrift(PERSISTED, persisted, { tables: { jeda_host: wanted }, minimal });

  const apply = async (inputs: HostFirewallInputs, known: Properties = {}): Promise<Properties> => {
    const firewall = hosts.firewall(inputs.host, inputs.ssh);
    await firewall.install();
    const listing = await firewall.list(inputs.table);
    const memory = listing.facts === undefined ? known : rememberAround(siteOf(listing), known);
    const files = { boot: inputs.table, minimal: inputs.minimal };
    const live = { jeda_host: listing.table };
    const wanted = { jeda_host: listing.wanted };
    const change = makeTransition(live, wanted);
    if (change === null) {
      if (persistedOf(listing, inputs.minimal).length > 0) await firewall.persist(files);
      return memory;
    }
    await firewall.apply({ ...change, ...files }, PROBATION_MS);
    try {
      await firewall.confirm();
    } catch (error) {
      // Where this does not get through either, the kernel goes back by itself.
      await firewall.revert().catch(() => {});
      const reason = error instanceof Error ? error.message : String(error);
      throw new JedaError("REFUSED", `the new firewall of ${inputs.host} does not stay: ${reason}`, {
        hint: "The control path must be in it: check controlFrom of the backup host, and where SSH comes from.",
        changed: `nothing that lasts: the former firewall is back, within ${PROBATION_MS / 1000} s at the latest`,
        cause: error,
      });
    }
    return memory;
  };

  /** A host whose script is gone can't be listed; that is drift, and applying installs it again. */
  const unlisted = (host: string, known: Properties): Live => ({
    inputs: {
      rules: {},
      order: {},
      foreign: {},
      persisted: "unknown",
      script: "missing or broken",
      mode: "unknown",
      around: {},
    },
    outputs: known,
    drift: [
      `${host}: ${HOST_SCRIPT} is missing or broken, or the read-only key leads elsewhere: the firewall could not be read`,
    ],
  });

  return {
    schema,
    identity: ["host"],
    quiet: ["table", "minimal"],

    derive: async ({ table }) => ({
      ...declaredTable(table),
      foreign: {},
      persisted: AS_DECLARED,
      script: sha256(edgeScriptText()),
      mode: MODE,
      around: {},
    }),

    async create(inputs) {
      return { id: inputs.host, outputs: await apply(inputs) };
    },

    async read(inputs, before) {
      const firewall = hosts.firewall(inputs.host, inputs.ssh, inputs.read);
      const listing = await firewall.list(inputs.table).catch((error: unknown) => {
        if (error instanceof JedaError && (error.code === "INTERNAL" || isMissing(error))) return null;
        throw error;
      });
      if (listing === null) return unlisted(inputs.host, before);
      const { drift, rules, order } = compareTables({
        declared: inputs.table,
        live: listing.table,
        wanted: listing.wanted,
      });
      const persisted = persistedOf(listing, inputs.minimal);
      const mode = listing.scriptMode ?? MODE;
      const known = inputs.knownTables ?? [];
      const strangers = foreignFindings(listing, known);
      const surroundings = around(listing, before);
      const findings = [
        // Of the minimal ruleset each rule would be another line; why it is there says it all.
        ...(listing.persisted?.fallback ? [] : drift),
        ...strangers.map(({ text }) => text),
        ...persisted,
        ...(listing.scriptSha256 === inputs.script ? [] : [`${HOST_SCRIPT} is not what was installed`]),
        ...Object.entries(surroundings).map(([name, what]) => `${name} ${what}`),
        ...(mode === MODE ? [] : [`${HOST_SCRIPT} has mode and owner ${mode} instead of ${MODE}`]),
      ];
      const foreign = Object.fromEntries(strangers.map(({ key, value }) => [key, value]));
      return {
        inputs: {
          rules,
          order,
          foreign,
          persisted: persisted.length === 0 ? AS_DECLARED : persisted.join("; "),
          script: listing.scriptSha256,
          mode,
          around: surroundings,
        },
        outputs: before,
        drift: findings.map((line) => `${inputs.host}: ${line}`),
        notes: [...howToDeclare(listing, known), ...notLookedAt(listing.facts)].map(
          (line) => `${inputs.host}: ${line}`,
        ),
      };
    },

    async update(inputs, _olds, known) {
      return apply(inputs, known);
    },

    async delete(inputs, call) {
      await call.log.info(
        `the firewall of ${inputs.host} stays: without it the backups would lie open. To remove it by hand: nft delete table inet jeda_host; rm ${PERSISTED}`,
      );
    },
  };
}
