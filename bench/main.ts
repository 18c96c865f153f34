/**
 * `npm run -s bench -- [--rounds N] [--files N] [--rows N] [--json]`: what jeda's checks cost, as ratios against
 * plain commands in the same run on the same machine. Absolute times say little elsewhere and are not printed.
 */
import { parseArgs } from "node:util";
import { printError } from "../src/errors/error-text.ts";
import { JedaError } from "../src/model/errors.ts";
import { ensurePackages, ensureToolchain } from "../toolchain/ensure.ts";
import { compareBackups, type Size } from "./backup.ts";
import { ratioOf } from "./ratio.ts";

function whole(name: string, text: string): number {
  if (/^[1-9]\d{0,6}$/u.test(text)) return Number(text);
  throw new JedaError("CONFIG", `--${name} is "${text}"`, { hint: "give a whole number from 1 to 9999999" });
}

function options(): Size & { readonly json: boolean } {
  const text = (value: string) => ({ type: "string", default: value }) as const;
  const { values } = parseArgs({
    options: { rounds: text("5"), files: text("800"), rows: text("200000"), json: { type: "boolean" } },
  });
  return {
    rounds: whole("rounds", values.rounds),
    files: whole("files", values.files),
    rows: whole("rows", values.rows),
    json: values.json ?? false,
  };
}

try {
  const size = options();
  await ensurePackages();
  await ensureToolchain();
  const results = (await compareBackups(size)).map(({ what, peer, pairs }) => ({
    what,
    peer,
    ...ratioOf(pairs),
  }));
  if (size.json) console.log(JSON.stringify({ ...size, results }));
  else {
    console.log(
      `jeda saves, compares and verifies; its peer only saves. ${size.rounds} rounds, time of jeda / time of peer:`,
    );
    for (const { what, peer, min, median, max } of results) {
      console.log(`${what}, against ${peer}: ${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)})`);
    }
  }
} catch (error) {
  printError(error);
  process.exitCode = 1;
}
