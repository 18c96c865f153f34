/** `npm test [-- MOCHA ARG…]`: every test, after seeing to it that what they need is there. */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { become } from "./become.ts";
import { ensurePackages, ensureToolchain } from "./ensure.ts";
import { failed } from "./failed.ts";
import { repository } from "./paths.ts";
import { figures, type Tallies, total, worthASecondRun } from "./tally.ts";
import { testFiles } from "./test-files.ts";

const mocha = [
  process.execPath,
  "--disable-warning=ExperimentalWarning",
  "node_modules/mocha/bin/mocha.js",
  "--reporter=toolchain/reporter.ts",
  "--extension=test.ts",
  "--recursive",
  "--timeout=120000",
  "--exit",
];

/** Files side by side: most of them wait for a kernel's timeout or for another host. */
const besideEachOther = ["--parallel", "--jobs=4"];

/** Runs mocha; what each file came to, null when it ended without a word of that. */
async function run(words: readonly string[]): Promise<Tallies | null> {
  const directory = mkdtempSync(join(tmpdir(), "jeda-test-"));
  const file = join(directory, "tallies.json");
  try {
    await become([...mocha, ...words], { ...process.env, JEDA_TALLIES: file });
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Tallies) : null;
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A test that fails beside others and passes alone has found a slow machine, or a race: it is named, not hidden. */
async function runAll(words: readonly string[]): Promise<Tallies | null> {
  const first = await run([...besideEachOther, ...words, ...testFiles(repository)]);
  const again = first === null ? [] : worthASecondRun(first);
  if (first === null || again.length === 0) return first;
  const named = (file: string): string => relative(repository, file);
  process.stdout.write(`\nOnce more, alone, what failed beside others:\n${again.map(named).join("\n")}\n`);
  const second = await run([...words, ...again]);
  if (second === null) return first;
  for (const file of again)
    if (second[file]?.failed === 0)
      process.stdout.write(`unsteady: ${named(file)} failed beside others only\n`);
  const all = { ...first, ...second };
  process.exitCode = total(all).failed > 0 ? 1 : 0;
  return all;
}

try {
  process.chdir(repository);
  await ensurePackages();
  await ensureToolchain();
  const words = process.argv.slice(2);
  // Whoever names files means those.
  const named = words.some((word) => !word.startsWith("-") && existsSync(word));
  const tallies = named ? await run(words) : await runAll(words);
  if (tallies !== null) process.stdout.write(`${figures(total(tallies))}\n`);
} catch (error) {
  failed(error);
}
