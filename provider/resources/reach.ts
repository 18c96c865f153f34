import { z } from "zod";

/** OpenSSH destinations of the three forced-command keys. */
export const reachSchema = z.strictObject({ read: z.string(), window: z.string(), policy: z.string() });
