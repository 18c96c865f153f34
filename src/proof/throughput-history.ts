/** What the last window saved of each source and how long that took, from its report or its stack's output. Pure. */
import { z } from "zod";
import type { Circumstances } from "./proof-types.ts";

const saved = z.object({
  bytes: z.number().nonnegative(),
  durationMs: z.number().nonnegative(),
  /** Older versions did not keep it. */
  surveyedBytes: z.number().nonnegative().nullable().default(null),
});

const report = z.object({
  sources: z.array(z.object({ name: z.string(), snapshot: z.string().nullable(), ...saved.shape })),
});

/** The essentials that following a window ends with. */
const output = z.object({ saved: z.record(z.string(), saved) });

/** @throws ZodError when it is neither; a source without a snapshot says nothing of speed. */
export function pastOf(written: unknown): NonNullable<Circumstances["past"]> {
  const essentials = output.safeParse(written);
  if (essentials.success) return essentials.data.saved;
  return Object.fromEntries(
    report
      .parse(written)
      .sources.filter(({ snapshot }) => snapshot !== null)
      .map(({ name, bytes, durationMs, surveyedBytes }) => [name, { bytes, durationMs, surveyedBytes }]),
  );
}
