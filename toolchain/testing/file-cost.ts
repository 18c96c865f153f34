/** Loaded by mocha into each worker, which runs one test file after another: writes down what each of them cost. */
import { appendFileSync, readFileSync } from "node:fs";
import { relative } from "node:path";
import type { Context } from "mocha";
import { repository } from "../paths.ts";
import type { Cost } from "./tally.ts";

/** A tick of the kernel's accounting, on every Linux. */
const tickMs = 10;

/** User and system time of this process and of the children that it has waited for, since it began. */
function cpuMs(): number {
  const stat = readFileSync("/proc/self/stat", "utf8");
  const [user = 0, system = 0, childrenUser = 0, childrenSystem = 0] = stat
    .slice(stat.lastIndexOf(")") + 2)
    .split(" ")
    .slice(11, 15)
    .map(Number);
  return (user + system + childrenUser + childrenSystem) * tickMs;
}

let counted = 0;
let begun = 0;

export const mochaHooks = {
  beforeAll(): void {
    begun = performance.now();
  },
  afterAll(this: Context): void {
    const costs = process.env.JEDA_COSTS;
    const file = this.test?.parent?.suites[0]?.file;
    if (costs === undefined || file === undefined) return;
    const now = cpuMs();
    const cost: Cost = {
      file: relative(repository, file),
      wallMs: Math.round(performance.now() - begun),
      cpuMs: now - counted,
    };
    counted = now;
    appendFileSync(costs, `${JSON.stringify(cost)}\n`);
  },
};
