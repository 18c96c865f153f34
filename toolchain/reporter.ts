/** Mocha's `spec` output, and the figures alone on the last line, where a person and a script find them. */
import mocha from "mocha";

export default class SpecWithFigures extends mocha.reporters.Spec {
  constructor(runner: mocha.Runner, options?: mocha.MochaOptions) {
    super(runner, options);
    runner.once("end", () => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      process.stdout.write(`${figures(passes, failures, pending)}\n`);
    });
  }
}

export function figures(passed: number, failed: number, skipped: number): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}
