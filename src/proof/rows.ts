/** Lines of the proof folded into rows: pairs and families that fare alike share one. */
import { type FlowKind, type FlowLine, phases } from "./flow.ts";

export interface Row {
  readonly kind: FlowKind;
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** "tcp/445", "IPv6 only" and the like; empty where nothing needs saying. */
  readonly detail: string;
  readonly flows: readonly ("open" | "cut")[];
  /** The rules that cut, else those that let pass; without those of chains' policy. */
  readonly rules: readonly string[];
}

export function rowsOf(flows: readonly FlowLine[]): readonly Row[] {
  const pairs = fold(flows, (flow) => [flow.kind, flow.from, flow.to, flow.at, fate(flow)]);
  const rows = pairs.map((alike) => rowOf(alike));
  const byTarget = fold(rows, ({ kind, from, detail, flows, rules }) => [kind, from, detail, flows, rules]);
  const wide = byTarget.map((alike) => merge(alike, "to"));
  const bySource = fold(wide, ({ kind, to, detail, flows, rules }) => [kind, to, detail, flows, rules]);
  const merged = bySource.map((alike) => merge(alike, "from"));
  const byMesh = fold(merged, ({ kind, from, to, detail, flows, rules }) => [
    kind,
    [...from, ...to].sort(),
    detail,
    flows,
    rules,
  ]);
  return byMesh.flatMap(mesh);
}

/** Three rows or more in which each of some ends goes to all the others are one. */
function mesh(rows: readonly [Row, ...Row[]]): readonly Row[] {
  const ends = new Set([...rows[0].from, ...rows[0].to]);
  const each = rows.every((row) => row.from.length === 1) && rows.length === ends.size && rows.length > 2;
  return each ? [{ ...rows[0], from: [...ends], to: ["each other"] }] : rows;
}

function rowOf(alike: readonly [FlowLine, ...FlowLine[]]): Row {
  const [first] = alike;
  const verdicts = phases.map((phase) => first.phases[phase]);
  const families = new Set(alike.map((flow) => flow.family));
  const family = families.size === 2 ? "" : first.family.replace("ip", "IP");
  const port = first.at === null ? "" : `${first.at.protocol}/${first.at.port}`;
  const cutting = verdicts.filter((verdict) => verdict.flow === "cut");
  const deciding = (cutting.length > 0 ? cutting : verdicts).map((verdict) => starred(verdict.rule));
  return {
    kind: first.kind,
    from: [first.from],
    to: [first.to],
    detail: [port, family].filter((text) => text !== "").join(" "),
    flows: verdicts.map((verdict) => verdict.flow),
    rules: [...new Set(deciding)].filter((rule) => rule !== "policy"),
  };
}

function merge(rows: readonly [Row, ...Row[]], end: "from" | "to"): Row {
  return { ...rows[0], [end]: [...new Set(rows.flatMap((row) => row[end]))] };
}

/** What must be the same for two families to share a row. */
function fate(flow: FlowLine): readonly string[] {
  return phases.map((phase) => `${flow.phases[phase].flow} ${starred(flow.phases[phase].rule)}`);
}

/** `lateral/from-guest` and its siblings are one rule to a reader, and so are those of the two families. */
function starred(rule: string): string {
  return rule
    .replace(/^lateral\/(from|allow)-.*/, "lateral/$1-*")
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
