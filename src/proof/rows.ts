/** Lines of the proof folded into rows: pairs and families that fare alike share one. */
import { type FlowKind, type FlowLine, phases, type Verdict } from "./proof-types.ts";
import { ofEach } from "./rules.ts";

export interface Row {
  readonly kind: FlowKind;
  readonly from: readonly string[];
  /** Empty where each of `from` goes to all the others. */
  readonly to: readonly string[];
  /** "tcp/445", "IPv6 only" and the like; empty where nothing needs saying. */
  readonly detail: string;
  readonly flows: readonly Verdict["flow"][];
  /** The rules that cut, else those that let pass; without those of chains' policy. */
  readonly rules: readonly string[];
}

export function rowsOf(flows: readonly FlowLine[]): readonly Row[] {
  const pairs = fold(flows, (flow) => [flow.kind, flow.from, flow.to, flow.at, flow.except, fate(flow)]);
  const alike = fold(pairs.map(rowOf), ({ kind, detail, flows, rules }) => [kind, detail, flows, rules]);
  return alike.flatMap((rows) => mesh(rows) ?? folded(rows));
}

/** Rows in which each of some ends goes to all the others are one. */
function mesh(rows: readonly [Row, ...Row[]]): readonly Row[] | null {
  const ends = new Set(rows.flatMap(({ from, to }) => [...from, ...to]));
  const count = rows.reduce((sum, { from, to }) => sum + from.length * (to.length || from.length - 1), 0);
  const each = ends.size > 2 && count === ends.size * (ends.size - 1) && rows[0].kind === "segment-segment";
  return each ? [{ ...rows[0], from: [...ends], to: [] }] : null;
}

function folded(rows: readonly Row[]): readonly Row[] {
  const own = rows.filter(({ to }) => to.length === 0);
  const others = rows.filter(({ to }) => to.length > 0);
  const wide = fold(others, ({ from }) => from).map((alike) => merge(alike, "to"));
  return [...own, ...fold(wide, ({ to }) => to).map((alike) => merge(alike, "from"))];
}

function rowOf(alike: readonly [FlowLine, ...FlowLine[]]): Row {
  const [first] = alike;
  const verdicts = phases.map((phase) => first.phases[phase]);
  const families = new Set(alike.map((flow) => flow.family));
  const family = families.size === 2 ? "" : first.family.replace("ip", "IP");
  const port = first.at === null ? "" : `${first.at.protocol}/${first.at.port}`;
  const among = first.from.length > 1 && sameEnds(first);
  const cutting = verdicts.filter((verdict) => verdict.flow === "cut");
  const deciding = (cutting.length > 0 ? cutting : verdicts).map((verdict) => starred(verdict.rule));
  return {
    kind: first.kind,
    from: first.from,
    to: among ? [] : first.to,
    detail: [port, family, first.except.length === 0 ? "" : "but for exceptions"]
      .filter((text) => text !== "")
      .join(" "),
    flows: verdicts.map((verdict) => verdict.flow),
    rules: [...new Set(deciding)].filter((rule) => rule !== "policy"),
  };
}

function merge(rows: readonly [Row, ...Row[]], end: "from" | "to"): Row {
  return { ...rows[0], [end]: [...new Set(rows.flatMap((row) => row[end]))] };
}

function sameEnds({ from, to }: FlowLine): boolean {
  return from.length === to.length && from.every((name, index) => name === to[index]);
}

/** What must be the same for two families to share a row. */
function fate(flow: FlowLine): readonly string[] {
  return phases.map((phase) => `${flow.phases[phase].flow} ${starred(flow.phases[phase].rule)}`);
}

/** `from-guest/lateral` and its siblings are one rule to a reader, and so are those of the two families. */
function starred(rule: string): string {
  return ofEach(rule)
    .replace(/^(input\/.*-from)-.*/, "$1-*")
    .replace(/-v[46]$/, "-*");
}

function fold<T>(items: readonly T[], key: (item: T) => unknown): readonly (readonly [T, ...T[]])[] {
  const groups = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const name = JSON.stringify(key(item));
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [item]);
    else group.push(item);
  }
  return [...groups.values()];
}
