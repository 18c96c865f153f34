/** The answer to `list`, from the script's raw texts to what they mean. Pure. */
import { z } from "zod";
import { parseFacts } from "../firewall/readback/edge-facts.ts";
import { foreignHooks, legacyTables } from "../firewall/readback/foreign.ts";
import { baseChainHashes, tableHashes } from "../firewall/readback/known-tables.ts";
import { parseTableText } from "../firewall/readback/listing.ts";
import { onProbation } from "../firewall/readback/probation.ts";
import type { BridgePort, EdgeListing, LeaseSet, LiveLease, Persisted } from "../model/edge-protocol.ts";
import { clockSchema } from "./firewall-call.ts";

const text = z.string().nullable();

export const listSchema = z.object({
  ok: z.literal(true),
  clock: clockSchema,
  scriptSha256: z.string().regex(/^[0-9a-f]{64}$/),
  tables: z.record(z.string(), text),
  wanted: z.record(z.string(), text),
  leases: z.string(),
  chains: z.string(),
  flowtables: z.string(),
  // Absent in the answer of an older script, which is drift by its hash already.
  grants: z.string().optional(),
  others: z.string().optional(),
  facts: z.string().optional(),
  keys: z.string().optional(),
  legacy: z.string().optional(),
  bridges: z.string().optional(),
  scriptMode: z.string().optional(),
  persisted: text.optional(),
  persistedMode: z.string().optional(),
  persistedTables: z.record(z.string(), text).optional(),
  persistedRefused: z.string().optional(),
  minimal: text.optional(),
  minimalMode: z.string().optional(),
  fallback: text.optional(),
});

export type RawListing = z.infer<typeof listSchema>;

const leaseSets: readonly LeaseSet[] = ["isolated_if", "isolated_v4", "isolated_v6", "vault_open"];

export function toEdgeListing(raw: RawListing): EdgeListing {
  const tables = { jeda: raw.tables.jeda ?? null, jeda_window: raw.tables.jeda_window ?? null };
  const live = Object.values(tables).map(parseTableText);
  return {
    clock: raw.clock,
    scriptSha256: raw.scriptSha256,
    tables,
    wanted: { jeda: raw.wanted.jeda ?? null, jeda_window: raw.wanted.jeda_window ?? null },
    leases: granted(liveLeases(raw.leases), raw),
    ...aboutOthers(raw, ["jeda", "jeda_window"]),
    ...(raw.others === undefined ? {} : { siteRules: raw.others }),
    probation: live.some(onProbation),
    ...(raw.bridges === undefined ? {} : { bridges: bridgePorts(raw.bridges) }),
    ...aboutFiles(raw),
    ...(raw.facts === undefined ? {} : { facts: parseFacts(raw.facts) }),
    ...(raw.keys === undefined ? {} : { keys: raw.keys }),
  };
}

/** What is not jeda's: chains on hooks, and the content of each such table as one hash. */
export function aboutOthers(
  raw: RawListing,
  own: readonly string[],
): Pick<EdgeListing, "foreign" | "foreignHashes" | "foreignBaseChains"> {
  const foreign = [...foreignHooks(raw.chains, raw.flowtables, own), ...legacyTables(raw.legacy ?? "")];
  if (raw.others === undefined) return { foreign };
  return {
    foreign,
    foreignHashes: tableHashes(raw.others),
    foreignBaseChains: baseChainHashes(raw.others),
  };
}

function bridgePorts(lines: string): readonly BridgePort[] {
  return [...lines.matchAll(/^(\S+) (\S+)$/gm)].map(([, bridge = "", port = ""]) => ({ bridge, port }));
}

export function aboutFiles(raw: RawListing): { scriptMode?: string; persisted?: Persisted } {
  return {
    ...(raw.scriptMode === undefined ? {} : { scriptMode: raw.scriptMode }),
    ...(raw.persisted === undefined ? {} : { persisted: persistedOf(raw, raw.persisted) }),
  };
}

function persistedOf(raw: RawListing, text: string | null): Persisted {
  return {
    text,
    mode: raw.persistedMode ?? "",
    ...(raw.persistedTables === undefined ? {} : { tables: raw.persistedTables }),
    ...(raw.persistedRefused === undefined ? {} : { refused: raw.persistedRefused }),
    ...(raw.minimal === undefined ? {} : { minimal: raw.minimal }),
    ...(raw.minimalMode === undefined ? {} : { minimalMode: raw.minimalMode }),
    ...(raw.fallback === undefined ? {} : { fallback: raw.fallback }),
  };
}

/** The kernel may take so long to delete what has ended, milliseconds. */
const endingMs = 1_000;

/** The edge's own record of what it leased: "SET VALUE DEADLINE_BOOT_MS" a line. */
function granted(leases: readonly LiveLease[], { grants, clock }: RawListing): LiveLease[] {
  if (grants === undefined) return [...leases];
  const ends = new Map(
    grants.split("\n").map((line) => {
      const [set = "", value = "", deadline = "0"] = line.split(" ");
      return [`${set} ${value.replace(/^([\d.]+)\/32$|^([0-9a-f:]+)\/128$/i, "$1$2")}`, Number(deadline)];
    }),
  );
  return leases.map((lease) => {
    const end = ends.get(`${lease.set} ${lease.value}`);
    // A grant that has ended is none: what is still, or again, in the kernel came by another way.
    const over = end === undefined || end < clock.bootMs - endingMs;
    return { ...lease, grantedMs: over ? null : end - clock.bootMs };
  });
}

/** From `nft list table inet jeda_window` without `-s`, which would hide the ends. */
function liveLeases(listed: string): LiveLease[] {
  const table = parseTableText(listed);
  return leaseSets.flatMap((set) =>
    (table?.sets.find(({ name }) => name === set)?.elements ?? []).map(({ value, expiresMs }) => ({
      set,
      value,
      expiresMs,
    })),
  );
}

/** Sections of text on standard input, as the script splits them; the last line tells it that nothing was cut off. */
export function sections(parts: Readonly<Record<string, string | null | undefined>>): string {
  const present = Object.entries(parts).filter(([, body]) => body !== undefined && body !== null);
  return `${present.map(([name, body]) => `#jeda ${name}\n${body}`).join("")}#jeda end\n`;
}
