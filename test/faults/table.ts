/** The matrix for people: faults down, states across. Pure. */
import { injectableStates } from "./fault.ts";
import type { CellOutcome } from "./run-cell.ts";

/** `ok (partial)`: every invariant held, and the window ended partial. Otherwise which invariants did not hold. */
export function verdictOf({ broken, result }: CellOutcome): string {
  if (broken.length === 0) return `ok (${result})`;
  return [...new Set(broken.map(({ invariant }) => invariant))].join("+");
}

export function outcomeTable(outcomes: readonly CellOutcome[]): string {
  const rows = new Map<string, Map<string, string>>();
  for (const outcome of outcomes) {
    const [state = "", fault = ""] = outcome.cell.split("/");
    const row = rows.get(fault) ?? new Map<string, string>();
    rows.set(fault, row.set(state, verdictOf(outcome)));
  }
  const states = [...new Set(outcomes.map(({ cell }) => cell.split("/")[0] ?? ""))].toSorted(
    (a, b) => order(a) - order(b),
  );
  if (states.some((state) => state.startsWith("random-"))) {
    return outcomes.map((outcome) => `${outcome.cell}  ${verdictOf(outcome)}`).join("\n");
  }
  const lines = [
    ["fault", ...states],
    ...[...rows].map(([fault, row]) => [fault, ...states.map((s) => row.get(s) ?? "")]),
  ];
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  return lines
    .map((line) =>
      line
        .map((text, column) => text.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

const order = (state: string): number => (injectableStates as readonly string[]).indexOf(state);
