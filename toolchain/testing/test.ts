/** `npm test [-- MOCHA ARG…]`: every test, after seeing to it that what they need is there. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensurePackages, ensureToolchain } from "../ensure.ts";
import { repository } from "../paths.ts";
import { failed } from "../print-failure.ts";
import { become } from "../run-foreground.ts";
import { costsOf, dearest, figures, type Tally } from "./tally.ts";
import { testFiles } from "./test-files.ts";

const mocha = [
  process.execPath,
  "--disable-warning=ExperimentalWarning",
  "node_modules/mocha/bin/mocha.js",
  "--reporter=toolchain/testing/reporter.ts",
  "--extension=test.ts",
  "--recursive",
  "--timeout=120000",
  "--exit",
];

/** Files side by side, no more than a small machine has cores: labs that starve each other run into their time-outs. */
const besideEachOther = ["--parallel", "--jobs=2", "--require=toolchain/testing/file-cost.ts"];

/** Runs mocha once, for what fails beside others has failed: on a hospital's host nothing runs alone either. */
async function run(words: readonly string[]): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), "jeda-test-"));
  const [tally, costs] = [join(directory, "tally.json"), join(directory, "costs.jsonl")];
  try {
    await become([...mocha, ...words], { ...process.env, JEDA_TALLY: tally, JEDA_COSTS: costs });
    if (existsSync(costs)) process.stdout.write(`\n${dearest(costsOf(readFileSync(costs, "utf8")))}\n`);
    if (existsSync(tally)) {
      process.stdout.write(`${figures(JSON.parse(readFileSync(tally, "utf8")) as Tally)}\n`);
    }
  } finally {
    rmSync(directory, { recursive: true });
  }
}

try {
  process.chdir(repository);
  await ensurePackages();
  await ensureToolchain();
  const words = process.argv.slice(2);
  // Whoever names files means those.
  const named = words.some((word) => !word.startsWith("-") && existsSync(word));
  await run(named ? words : [...besideEachOther, ...words, ...testFiles(repository)]);
} catch (error) {
  failed(error);
}
