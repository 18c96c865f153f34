/** What every test file came to, and what a second, quieter run of some of them changes in that. */

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** By the path of the test file; "" holds what belongs to none. */
export type Tallies = Readonly<Record<string, Tally>>;

export const nothing: Tally = { passed: 0, failed: 0, skipped: 0 };

/** More than this is no chance: something is broken, and a second run only takes time. */
const mostUnsteadyFiles = 3;

export function total(tallies: Tallies): Tally {
  return Object.values(tallies).reduce(
    (sum, { passed, failed, skipped }) => ({
      passed: sum.passed + passed,
      failed: sum.failed + failed,
      skipped: sum.skipped + skipped,
    }),
    nothing,
  );
}

export function figures({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** The files that failed beside others and may have failed for that alone; empty when it is too many, or no file's. */
export function worthASecondRun(tallies: Tallies): readonly string[] {
  const failing = Object.keys(tallies).filter((file) => (tallies[file]?.failed ?? 0) > 0);
  return failing.length <= mostUnsteadyFiles && !failing.includes("") ? failing : [];
}
