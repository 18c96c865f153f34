/** What differs between a wanted and a live table, by meaning: one sentence for each difference. Pure. */
import type { ListedChain, ListedSet, ListedTable } from "./listing.ts";
import { elementsDiffer, partedRule } from "./rule-elements.ts";

/**
 * Rules are named by their ids. Lease elements are no difference; missing or foreign chains, sets and other
 * objects are, and so are hook, priority, policy, set flags, the default timeout and a table made dormant.
 */
export function compareTables(wanted: ListedTable, live: ListedTable | null): string[] {
  const table = `inet ${wanted.name}`;
  if (live === null) return [`table ${table} is missing`];
  return [
    ...compareFlags(table, wanted.flags, live.flags),
    ...pairUp(wanted.sets, live.sets).flatMap(([name, want, have]) =>
      compareSets(`${table} ${name}`, want, have),
    ),
    ...pairUp(wanted.chains, live.chains).flatMap(([name, want, have]) =>
      compareChains(`${table} ${name}`, want, have),
    ),
    ...live.others.map(({ kind, name }) => `${table} ${name}: an unmanaged ${kind} was added`),
  ];
}

function pairUp<T extends { readonly name: string }>(
  wanted: readonly T[],
  live: readonly T[],
): [string, T | undefined, T | undefined][] {
  const names = [...new Set([...wanted, ...live].map(({ name }) => name))];
  return names.map((name) => [
    name,
    wanted.find((item) => item.name === name),
    live.find((item) => item.name === name),
  ]);
}

function compareFlags(table: string, wanted: readonly string[], live: readonly string[]): string[] {
  const added = live.filter((flag) => !wanted.includes(flag));
  return added.map((flag) =>
    flag === "dormant"
      ? `table ${table} is dormant: none of its rules works`
      : `table ${table} has the flag ${flag}`,
  );
}

function compareSets(where: string, wanted: ListedSet | undefined, live: ListedSet | undefined): string[] {
  if (!live) return [`${where}: the set is missing`];
  if (!wanted) return [`${where}: an unmanaged set was added`];
  const want = [...wanted.attributes].sort().join("; ");
  const have = [...live.attributes].sort().join("; ");
  return [
    ...(want === have ? [] : [`${where}: the set is "${have}", wanted "${want}"`]),
    ...(wanted.timeout === live.timeout
      ? []
      : [
          `${where}: the default timeout is ${live.timeout ?? "missing"}, wanted ${wanted.timeout ?? "none"}`,
        ]),
  ];
}

function compareChains(
  where: string,
  wanted: ListedChain | undefined,
  live: ListedChain | undefined,
): string[] {
  if (!live) return [`${where}: the chain is missing`];
  if (!wanted) return [`${where}: an unmanaged chain was added, with ${live.rules.length} rules`];
  const table = where.slice(0, where.lastIndexOf(" "));
  const findings: string[] = [];
  if (wanted.base !== live.base) {
    findings.push(
      `${where}: the chain is "${live.base ?? "without a hook"}", wanted "${wanted.base ?? "without a hook"}"`,
    );
  }
  if (wanted.rules.length > 2 && live.rules.length === 0) {
    return [...findings, `${where}: all ${wanted.rules.length} rules are missing`];
  }
  const have = new Map(live.rules.map((rule) => [rule.key, rule.text]));
  const want = new Map(wanted.rules.map((rule) => [rule.key, rule.text]));
  for (const [key, text] of want) {
    const now = have.get(key);
    if (now === undefined) findings.push(`${table} ${key}: the rule is missing ("${text}")`);
    else if (now !== text) {
      const elements = elementsDiffer(text, now);
      const how = elements === null ? `the rule is "${now}", wanted "${text}"` : `elements ${elements}`;
      findings.push(`${table} ${key}: ${how}`);
    }
  }
  for (const [key, text] of have) {
    if (!want.has(key)) findings.push(`${table} ${key}: a rule was added ("${text}")`);
  }
  const common = (order: readonly string[]) => order.filter((key) => want.has(key) && have.has(key));
  const wantedOrder = common([...want.keys()]);
  const liveOrder = common([...have.keys()]);
  const moved = liveOrder.find((key, index) => key !== wantedOrder[index]);
  if (moved !== undefined) findings.push(`${where}: the rules are in another order, from ${moved} on`);
  return findings;
}

/** "chain/rule" → text, for a diff that names each rule; of a rule with a long set also each of its elements. */
export function ruleMap(table: ListedTable): Record<string, string> {
  const rules = table.chains.flatMap((chain) => chain.rules);
  return Object.fromEntries(
    rules.flatMap(({ key, text }): [string, string][] => {
      const parted = partedRule(text);
      if (parted === null) return [[key, text]];
      return [
        [key, parted.frame],
        ...parted.elements.map((one): [string, string] => [`${key} ${one}`, "element"]),
      ];
    }),
  );
}

/** Chain → ids in order. */
export function ruleOrder(table: ListedTable): Record<string, string[]> {
  return Object.fromEntries(table.chains.map(({ name, rules }) => [name, rules.map(({ key }) => key)]));
}

/** "table", "chain NAME" and "set NAME" → what they are apart from rules and elements. */
export function structureMap(table: ListedTable): Record<string, string> {
  return Object.fromEntries([
    ...(table.flags.length > 0 ? [["table", `flags ${table.flags.join(",")}`]] : []),
    ...table.chains.map(({ name, base }) => [`chain ${name}`, base ?? "no hook"]),
    ...table.sets.map(({ name, attributes, timeout }) => [
      `set ${name}`,
      [...attributes].sort().join("; ") + (timeout === null ? "" : `; timeout ${timeout}`),
    ]),
    ...table.others.map(({ kind, name }) => [`${kind} ${name}`, "unmanaged"]),
  ]);
}
