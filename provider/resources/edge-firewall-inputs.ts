/** What the resource of an edge's two tables is declared with, and what the provider adds to it. */
import { z } from "zod";
import type { Described } from "../../src/site-rules/declared-flows.ts";
import { knownTablesSchema } from "./known-tables.ts";
import { reachSchema } from "./reach.ts";

export const texts = z.record(z.string(), z.string());

export const edgeFirewallSchema = z.strictObject({
  edge: z.string(),
  ssh: reachSchema,
  /** nft text of each table. */
  tables: z.strictObject({ jeda: z.string(), jeda_window: z.string() }),
  /** nft text of what a boot loads where the tables do not load. */
  minimal: z.string().default(""),
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
  /** The flows that the hospital declares, to tell what the site's own tables do to them; of jeda's own making. */
  described: z.custom<Described>((value) => typeof value === "object" && value !== null).optional(),
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

export type EdgeFirewallInputs = z.infer<typeof edgeFirewallSchema>;
