/** Every test file, in the order in which they are begun. */
import { globSync } from "node:fs";

/** Long ones first, so that at the end no worker waits for one that began late. */
const order = ["integration/proof", "faults", "lab", "integration/toolchain", "integration", "unit"];

/** Paths relative to the repository. What takes too long for each push has "nightly" in its name: `.ci/nightly`. */
export function testFiles(repository: string): readonly string[] {
  const all = globSync("test/**/*.test.ts", { cwd: repository }).sort();
  const files = all.filter((file) => !file.endsWith(".nightly.test.ts"));
  const rank = (file: string): number => order.findIndex((folder) => file.startsWith(`test/${folder}/`));
  return files.toSorted((a, b) => rank(a) - rank(b));
}
