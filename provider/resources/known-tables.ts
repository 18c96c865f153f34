import { z } from "zod";

/** What the configuration says of the site's own tables; see `src/firewall/readback/known-tables.ts`. */
export const knownTablesSchema = z.array(
  z.strictObject({
    table: z.string(),
    hooks: z.array(z.strictObject({ hook: z.string(), priority: z.number() })),
    sha256: z.string().optional(),
    baseChains: z.string().optional(),
    reason: z.string().optional(),
  }),
);
