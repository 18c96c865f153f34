/** The lines of the flow proof with what the edges' own tables do to them: what they stop is never "kept". Pure. */
import { type FlowLine, phases, type Verdict } from "../proof/proof-types.ts";
import { type Described, declaredFlows, flowsBetween } from "./declared-flows.ts";
import { ruleText, type SiteRow, stops } from "./rows.ts";

interface Pair {
  readonly kind: string;
  readonly from: string;
  readonly to: string;
  readonly family: string;
}

const keyOf = ({ kind, from, to, family }: Pair): string => JSON.stringify([kind, from, to, family]);

/** @param rows of one edge, pairs of segments included */
export function overlaid(
  lines: readonly FlowLine[],
  rows: readonly SiteRow[],
  described: Described,
): readonly FlowLine[] {
  const declared = new Map<string, number>();
  for (const { kind, from, to, session } of [...declaredFlows(described), ...flowsBetween(described)]) {
    const key = keyOf({ kind, from, to, family: session.family === 4 ? "ipv4" : "ipv6" });
    declared.set(key, (declared.get(key) ?? 0) + 1);
  }
  const byPair = new Map<string, readonly SiteRow[]>();
  for (const row of rows) {
    if (stops(row) || row.does === "unknown" || row.partly) {
      byPair.set(keyOf(row), [...(byPair.get(keyOf(row)) ?? []), row]);
    }
  }
  return lines.flatMap((line) => {
    const own = [...byPair.values()].filter(([row]) => row !== undefined && covers(line, row));
    if (own.length === 0) return [line];
    const pairs = own.flatMap(([row]) => (row === undefined ? [] : [{ from: row.from, to: row.to }]));
    const special = own.flatMap((found): FlowLine[] => {
      const [row] = found;
      if (row === undefined) return [];
      const whole = found.filter(stops).length >= (declared.get(keyOf(row)) ?? 1);
      const verdict: Verdict = { flow: whole ? "cut" : "unknown", rule: `site's own: ${ruleText(row.rule)}` };
      // What jeda cuts is cut, whatever the site's tables do.
      const judged = phases.map((phase) => [
        phase,
        line.phases[phase].flow === "cut" ? line.phases[phase] : verdict,
      ]);
      return [
        {
          ...line,
          ...{ from: [row.from], to: [row.to], except: [] },
          phases: Object.fromEntries(judged) as FlowLine["phases"],
        },
      ];
    });
    const left = line.from.length * line.to.length - line.except.length - pairs.length;
    const rest = left > 0 ? [{ ...line, except: [...line.except, ...pairs] }] : [];
    return [...rest, ...special];
  });
}

function covers(line: FlowLine, row: SiteRow): boolean {
  return (
    line.kind === row.kind &&
    line.family === row.family &&
    line.from.includes(row.from) &&
    line.to.includes(row.to) &&
    !line.except.some(({ from, to }) => from === row.from && to === row.to)
  );
}
