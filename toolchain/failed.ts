/** The end of a toolchain command that can't go on: what is wrong, and the exact command that helps. */
import { JedaError } from "../src/model/errors.ts";
import { say } from "./progress.ts";

export function failed(error: unknown): void {
  if (error instanceof JedaError) {
    say(error.message);
    if (error.hint !== undefined) say(`to do: ${error.hint}`);
  } else {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  process.exitCode = 1;
}
