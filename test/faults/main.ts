/** `npm run -s faults -- [--only PATTERN] [--random N --seed S] [--json] [--labs N]`: the fault matrix, in the lab. */
import { parseArgs } from "node:util";
import { JedaError } from "../../src/model/errors.ts";
import { ensurePackages, ensureToolchain } from "../../toolchain/ensure.ts";
import { repository } from "../../toolchain/paths.ts";
import { failed } from "../../toolchain/print-failure.ts";
import { breadthFirst, chosen, randomCells, wholeMatrix } from "./matrix.ts";
import { commitHere, keepEvidence, passedCells, recordCell, recordedCells } from "./record.ts";
import { recordedTable } from "./recorded-table.ts";
import type { CellOutcome } from "./run-cell.ts";
import { clearLabs, runMatrix } from "./run-matrix.ts";
import { outcomeTable, verdictOf } from "./table.ts";

function whole(name: string, text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new JedaError("CONFIG", `--${name} "${text}" is not a whole number`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function told(outcome: CellOutcome): string {
  const [reason] = outcome.reasons;
  const why = reason === undefined ? "" : `\n    ${outcome.result}: ${reason.slice(0, 300)}`;
  const broken = outcome.broken.map(({ invariant, why }) => `\n    ${invariant}: ${why}`).join("");
  return `${verdictOf(outcome).padEnd(14)} ${outcome.cell} (${Math.round(outcome.tookMs / 1000)} s)${why}${broken}`;
}

try {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      random: { type: "string" },
      seed: { type: "string" },
      labs: { type: "string", default: "2" },
      json: { type: "boolean", default: false },
      list: { type: "boolean", default: false },
      // After every so many cells of a lab comes a window without a fault; none for looking at one fault quickly.
      "no-next": { type: "boolean", default: false },
      next: { type: "string", default: "1" },
      // The backup host is booted by systemd, which then carries the windows, instead of jeda's own supervisor.
      systemd: { type: "boolean", default: false },
      // A directory: a line for each cell in cells.jsonl, and the windows of those that failed.
      record: { type: "string" },
      // Prints what such a directory has, as Markdown; nothing is run.
      table: { type: "string" },
      // Leaves out what passed the last time according to that directory.
      remaining: { type: "boolean", default: false },
    },
  });
  process.chdir(repository);
  const among = values.only === undefined ? wholeMatrix : chosen(values.only);
  if (among.length === 0)
    throw new JedaError("CONFIG", `no cell is called like "${values.only}"`, {
      hint: "npm run -s faults -- --list",
    });
  const seed = values.seed === undefined ? Date.now() % 2 ** 31 : whole("seed", values.seed);
  const { record } = values;
  const done = values.remaining && record !== undefined ? passedCells(recordedCells(record)) : new Set();
  const cells =
    values.random === undefined
      ? breadthFirst(among.filter(({ name }) => !done.has(name)))
      : randomCells(whole("random", values.random), seed, among);
  if (values.table !== undefined) {
    process.stdout.write(recordedTable(among, recordedCells(values.table)));
  } else if (values.list) {
    process.stdout.write(`${cells.map(({ name }) => name).join("\n")}\n`);
  } else {
    await ensurePackages();
    await ensureToolchain();
    if (values.random !== undefined) say(`seed ${seed}`);
    const commit = await commitHere();
    const where = { labs: whole("labs", values.labs), prefix: `f${process.pid}x` };
    let clearing = false;
    // `on`, not `once`: a listener that is gone already counts as none, and execa's own would end this process.
    for (const name of ["SIGINT", "SIGTERM"] as const) {
      process.on(name, () => {
        if (clearing) return;
        clearing = true;
        void clearLabs(where).finally(() => process.exit(130));
      });
    }
    const outcomes = await runMatrix(cells, {
      ...where,
      systemd: values.systemd ? ["backup"] : [],
      calm: values["no-next"] ? 0 : whole("next", values.next),
      onOutcome: (outcome, labId) => {
        // A lab that is being taken away says nothing about its cell.
        if (clearing) return;
        say(told(outcome));
        if (record === undefined) return;
        recordCell(record, outcome, commit);
        if (outcome.broken.length > 0) keepEvidence(record, outcome.cell, labId);
      },
      log: say,
    });
    const bad = outcomes.filter(({ broken }) => broken.length > 0).length;
    const summary = `${outcomes.length - bad} passed, ${bad} failed`;
    if (values.json) {
      process.stdout.write(
        `${JSON.stringify({ seed, passed: outcomes.length - bad, failed: bad, cells: outcomes }, null, 2)}\n`,
      );
      say(summary);
    } else {
      process.stdout.write(`${outcomeTable(outcomes)}\n\n${summary}\n`);
    }
    process.exitCode = bad === 0 ? 0 : 1;
  }
} catch (error) {
  failed(error);
}
