/** The end of a toolchain command that can't go on: what is wrong, and the exact command that helps. */
import { JedaError, JedaErrors } from "../src/model/errors.ts";
import { say } from "./progress.ts";

export function failed(error: unknown): void {
  const known =
    error instanceof JedaErrors ? error.errors : [error].filter((one) => one instanceof JedaError);
  for (const { message, hint } of known) {
    say(message);
    if (hint !== undefined) say(`to do: ${hint}`);
  }
  if (known.length === 0) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  process.exitCode = 1;
}
