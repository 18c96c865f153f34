/** What was run when, with which result, as a table for docs/faults.md; cells that never ran are shown as such. Pure. */
import { type Cell, injectableStates } from "./fault.ts";
import type { RecordedCell } from "./record.ts";
import { verdictOf } from "./table.ts";

/** Markdown. A cell shows its last run; `· n` says that it is the n-th. */
export function recordedTable(cells: readonly Cell[], recorded: readonly RecordedCell[]): string {
  const known = new Set(cells.map(({ name }) => name));
  const runs = recorded.filter(({ cell }) => known.has(cell));
  const faults = [...new Set(cells.map(({ fault }) => fault.name))];
  const shown = (fault: string, state: string): string => {
    const name = `${state}/${fault}`;
    if (!known.has(name)) return "";
    const own = runs.filter(({ cell }) => cell === name);
    const last = own.at(-1);
    if (last === undefined) return "not run";
    return `${verdictOf(last)}${own.length > 1 ? ` · ${own.length}` : ""}`;
  };
  const rows = [
    ["fault", ...injectableStates],
    ["---", ...injectableStates.map(() => "---")],
    ...faults.map((fault) => [fault, ...injectableStates.map((state) => shown(fault, state))]),
  ];
  return `${summary(cells, runs)}\n\n${rows.map((row) => `| ${row.join(" | ")} |`).join("\n")}\n`;
}

function summary(cells: readonly Cell[], runs: readonly RecordedCell[]): string {
  const last = new Map(runs.map((run) => [run.cell, run]));
  const passed = [...last.values()].filter(({ broken }) => broken.length === 0);
  const failed = last.size - passed.length;
  const times = runs.map(({ at }) => at.slice(0, 16).replace("T", " ")).toSorted();
  const commits = [...new Set([...last.values()].map(({ commit }) => commit))];
  const followed = [...last.values()].filter(({ next }) => next !== false).length;
  const when = times.length === 0 ? "" : ` between ${times[0]} and ${times.at(-1)} UTC`;
  return [
    `${cells.length} cells: ${passed.length} passed, ${failed} failed, ${cells.length - last.size} not run${when},`,
    `at the commits ${commits.join(", ") || "–"}. After ${followed} of them a window without a fault was run too.`,
  ].join(" ");
}
