/**
 * `npm run -s proof:fuzz -- [--hospitals N] [--seed S]`: N random hospitals in a real kernel against the proof, or
 * with `--stack STACK` the hospital of a stack's file, edge by edge. Prints the seed, the smallest hospital that
 * disagrees, and last `N passed, N failed`. Exit code 0 only if none failed, 1 otherwise.
 *
 * With `--mutate` the rules are tried instead: one kind after another is taken out, and has to be missed.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadFromStackFile } from "../../../src/config/load.ts";
import { printError } from "../../../src/errors/error-text.ts";
import { JedaError } from "../../../src/model/errors.ts";
import { type Campaign, fuzz, rulesMissed, tryEdges } from "./campaign.ts";

const print = (line: string) => console.log(line);

function wholeNumber(text: string, option: string, least: number): number {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= 0x7fff_ffff) return number;
  throw new JedaError("CONFIG", `--${option} is "${text}"`, {
    hint: `it must be a whole number from ${least} to ${0x7fff_ffff}`,
  });
}

function options() {
  try {
    const { values } = parseArgs({
      options: {
        hospitals: { type: "string", default: "300" },
        seed: { type: "string", default: String(Math.floor(Math.random() * 0x7fff_ffff)) },
        stack: { type: "string" },
        mutate: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (error) {
    throw new JedaError("CONFIG", error instanceof Error ? error.message : String(error), {
      hint: "proof:fuzz takes --hospitals N, --seed S, --stack STACK and --mutate",
    });
  }
}

async function main(): Promise<Campaign> {
  const values = options();
  const seed = wholeNumber(values.seed, "seed", 0);
  if (values.mutate) return rulesMissed(wholeNumber(values.hospitals, "hospitals", 1), seed, print);
  if (values.stack === undefined) return fuzz(wholeNumber(values.hospitals, "hospitals", 1), seed, print);
  const project = fileURLToPath(new URL("../../..", import.meta.url));
  return tryEdges(loadFromStackFile(values.stack, project).hospital, seed, print);
}

try {
  const { passed, failed } = await main();
  print(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
} catch (error) {
  printError(error);
  process.exitCode = 1;
}
