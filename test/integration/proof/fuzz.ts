/**
 * `npm run -s proof:fuzz -- [--hospitals N] [--seed S]`: N random hospitals in a real kernel against the proof.
 * Prints the seed, the smallest hospital that disagrees, and last `N passed, N failed`.
 */
import { parseArgs } from "node:util";
import { fuzz } from "./campaign.ts";

const { values } = parseArgs({
  options: { hospitals: { type: "string", default: "300" }, seed: { type: "string" } },
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 0x7fff_ffff) : Number(values.seed);
const { passed, failed } = await fuzz(Number(values.hospitals), seed, (line) => console.log(line));
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
