/** What a test run came to, and what it cost. */

export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

export const nothing: Tally = { passed: 0, failed: 0, skipped: 0 };

export function figures({ passed, failed, skipped }: Tally): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

/** Of one test file. */
export interface Cost {
  /** Relative to the repository. */
  readonly file: string;
  /** From its first hook to its last, in milliseconds. */
  readonly wallMs: number;
  /** User and system time of its worker and of the children that it has waited for, in milliseconds. */
  readonly cpuMs: number;
}

/** From lines of JSON, one a file. */
export function costsOf(lines: string): readonly Cost[] {
  return lines
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Cost);
}

const shown = 15;

/** The files that took longest, and the whole: CPU is what a busy machine does not change much. */
export function dearest(costs: readonly Cost[]): string {
  const seconds = (ms: number): string => (ms / 1000).toFixed(1).padStart(7);
  const sum = (part: "wallMs" | "cpuMs"): number => costs.reduce((total, one) => total + one[part], 0);
  const longest = costs.toSorted((a, b) => b.wallMs - a.wallMs).slice(0, shown);
  return [
    "Seconds of wall clock and of CPU; the files that took longest:",
    ...longest.map(({ file, wallMs, cpuMs }) => `${seconds(wallMs)} ${seconds(cpuMs)}  ${file}`),
    `${seconds(sum("wallMs"))} ${seconds(sum("cpuMs"))}  all ${costs.length} files, one after another`,
  ].join("\n");
}
