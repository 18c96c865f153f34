import { ok } from "node:assert/strict";
import fc from "fast-check";
import { bootDeadlines } from "../../../src/window/clocks/deadlines.ts";
import { commands } from "./commands.ts";
import { truthAt } from "./truth.ts";
import { World } from "./world.ts";

/** The same histories each time; a night (.ci/nightly) tries ten times as many new ones: JEDA_MODEL_SEED, JEDA_MODEL_RUNS. */
const seed = Number(process.env.JEDA_MODEL_SEED ?? 20170515);
const numRuns = Number(process.env.JEDA_MODEL_RUNS ?? 1_000);

describe("the window, model-based", function () {
  this.timeout(600_000);

  const ends = new Map<string, number>();
  /** In how many histories a line of that type was written. */
  const met = new Map<string, number>();

  it(`keeps its promises in ${numRuns} random histories of steps, crashes, resumes, clocks and operators (seed ${seed})`, () =>
    fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 30, size: "max" }), async (history) => {
        let real = new World();
        await fc.asyncModelRun(() => {
          real = new World();
          const { reconnectBy } = bootDeadlines(real.recorder.status, real.clock);
          return { model: truthAt(reconnectBy), real };
        }, history);
        const result = real.recorder.status.result ?? "no end";
        ends.set(result, (ends.get(result) ?? 0) + 1);
        for (const type of new Set(real.entries().map((entry) => entry.type))) {
          met.set(type, (met.get(type) ?? 0) + 1);
        }
      }),
      { seed, numRuns },
    ));

  it("meets extensions, refusals, gaps and holds on the way", () => {
    const rare = ["extended", "extension-refused", "interrupted", "held"].filter(
      (type) => (met.get(type) ?? 0) < numRuns / 500,
    );
    ok(rare.length === 0, `too rarely ${rare.join(", ")}: ${JSON.stringify(Object.fromEntries(met))}`);
  });

  it("comes to every kind of end on the way", () => {
    const rare = ["ok", "partial", "failed", "aborted", "no end"].filter(
      (end) => (ends.get(end) ?? 0) < numRuns / 500,
    );
    ok(rare.length === 0, `too rarely ${rare.join(", ")}: ${JSON.stringify(Object.fromEntries(ends))}`);
  });
});
