/** Mocha's `spec` output, and the figures alone on the last line, where a person and a script find them. */
import { writeFileSync } from "node:fs";
import mocha from "mocha";
import { figures, nothing, type Tally, total } from "./tally.ts";

export default class SpecWithFigures extends mocha.reporters.Spec {
  constructor(runner: mocha.Runner, options?: mocha.MochaOptions) {
    super(runner, options);
    const tallies: Record<string, Tally> = {};
    const count = (kind: keyof Tally) => (test: { file?: string | undefined }) => {
      const file = test.file ?? "";
      const tally = tallies[file] ?? nothing;
      tallies[file] = { ...tally, [kind]: tally[kind] + 1 };
    };
    runner.on("pass", count("passed"));
    runner.on("fail", count("failed"));
    runner.on("pending", count("skipped"));
    runner.once("end", () => {
      const file = process.env.JEDA_TALLIES;
      if (file === undefined) process.stdout.write(`${figures(total(tallies))}\n`);
      else writeFileSync(file, JSON.stringify(tallies));
    });
  }
}
