/** Every test file, in the order in which they are begun. */
import { globSync } from "node:fs";

/**
 * Beginnings of paths. Long ones first, so that at the end no worker waits for one that began late; and between two that
 * carry out windows something else, so that two windows seldom run side by side on a machine that has time for one.
 */
const order = [
  "integration/proof/fuzz",
  "faults",
  "integration/proof",
  "lab/drift",
  "integration/firewall",
  "lab/window-whole",
  "integration/provider",
  "lab",
  "integration/toolchain",
  "integration",
  "unit",
];

/** Paths relative to the repository. What takes too long for each push has "nightly" in its name: `.ci/nightly`. */
export function testFiles(repository: string): readonly string[] {
  const all = globSync("test/**/*.test.ts", { cwd: repository }).sort();
  const files = all.filter((file) => !file.endsWith(".nightly.test.ts"));
  const rank = (file: string): number => order.findIndex((beginning) => file.startsWith(`test/${beginning}`));
  return files.toSorted((a, b) => rank(a) - rank(b));
}
