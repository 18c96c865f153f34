/** `npm test [-- MOCHA ARG…]`: every test, after seeing to it that what they need is there. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { become } from "./become.ts";
import { ensurePackages, ensureToolchain } from "./ensure.ts";
import { failed } from "./failed.ts";
import { repository } from "./paths.ts";

/** Quick ones first: a mistake shows early. */
const folders = ["unit", "integration", "lab", "faults"];

function specs(words: readonly string[]): string[] {
  // Whoever names files means those.
  if (words.some((word) => !word.startsWith("-") && existsSync(word))) return [];
  return folders
    .filter((folder) => existsSync(join(repository, "test", folder)))
    .map((folder) => `test/${folder}/**/*.test.ts`);
}

try {
  process.chdir(repository);
  await ensurePackages();
  await ensureToolchain();
  const words = process.argv.slice(2);
  await become(
    [
      process.execPath,
      "--disable-warning=ExperimentalWarning",
      "node_modules/mocha/bin/mocha.js",
      "--reporter=toolchain/reporter.ts",
      "--extension=test.ts",
      "--recursive",
      "--timeout=120000",
      // Files side by side: most of them wait for a kernel's timeout or for another host.
      ...(words.length === 0 ? ["--parallel", "--jobs=3"] : []),
      "--exit",
      ...words,
      ...specs(words),
    ],
    process.env,
  );
} catch (error) {
  failed(error);
}
