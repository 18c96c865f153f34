/** The answer to `list`, from the script's raw texts to what they mean. Pure. */
import { z } from "zod";
import { foreignHooks } from "../firewall/foreign.ts";
import { parseTableText } from "../firewall/listing.ts";
import { onProbation } from "../firewall/settled.ts";
import type { EdgeListing, LeaseSet, LiveLease } from "../model/edge-protocol.ts";
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
    leases: liveLeases(raw.leases),
    foreign: foreignHooks(raw.chains, raw.flowtables, ["jeda", "jeda_window"]),
    probation: live.some(onProbation),
  };
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

/** Sections of text on standard input, as edge.sh splits them; the last line tells it that nothing was cut off. */
export function sections(parts: Readonly<Record<string, string | null | undefined>>): string {
  const present = Object.entries(parts).filter(([, body]) => body !== undefined && body !== null);
  return `${present.map(([name, body]) => `#jeda ${name}\n${body}`).join("")}#jeda end\n`;
}
