/** Mocha's `spec` output, and the figures for whoever started it, who prints them last. */
import { writeFileSync } from "node:fs";
import mocha from "mocha";
import { figures, nothing, type Tally } from "./tally.ts";

export default class SpecWithFigures extends mocha.reporters.Spec {
  constructor(runner: mocha.Runner, options?: mocha.MochaOptions) {
    super(runner, options);
    let tally: Tally = nothing;
    const count = (kind: keyof Tally) => () => {
      tally = { ...tally, [kind]: tally[kind] + 1 };
    };
    runner.on("pass", count("passed"));
    runner.on("fail", count("failed"));
    runner.on("pending", count("skipped"));
    runner.once("end", () => {
      const file = process.env.JEDA_TALLY;
      if (file === undefined) process.stdout.write(`${figures(tally)}\n`);
      else writeFileSync(file, JSON.stringify(tally));
    });
  }
}
