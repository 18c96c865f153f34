/**
 * A table as inputs that Pulumi can show: a map `chain/rule → text`, and each chain's order beside it. The live value
 * of a rule is told in the declared words where both mean the same (the edge's own nft printed both), so that only a
 * real difference differs.
 */
import { ruleMap, ruleOrder, structureMap } from "../../src/firewall/readback/compare.ts";
import { tableDrift } from "../../src/firewall/readback/drift.ts";
import { type ListedTable, parseTableText } from "../../src/firewall/readback/listing.ts";
import { hasProbationSet, settled } from "../../src/firewall/readback/probation.ts";

export interface TableInputs {
  /** `chain/rule`, and `chain NAME`, `set NAME`, `table` for what these are apart from rules and elements. */
  readonly rules: Readonly<Record<string, string>>;
  /** Chain → rule names, parted by spaces. */
  readonly order: Readonly<Record<string, string>>;
}

export interface TableTexts {
  /** As the compiler wrote it. */
  readonly declared: string;
  /** `nft -s list table`, null where the table does not exist. */
  readonly live: string | null;
  /** The declared text as the host's own nft prints it. */
  readonly wanted: string | null;
}

function rulesOf(table: ListedTable | null): Record<string, string> {
  return table === null ? {} : { ...structureMap(table), ...ruleMap(table) };
}

function ordersOf(table: ListedTable | null): Record<string, readonly string[]> {
  const orders = table === null ? {} : ruleOrder(table);
  const bare = (chain: string, key: string) =>
    key.startsWith(`${chain}/`) ? key.slice(chain.length + 1) : key;
  return Object.fromEntries(
    Object.entries(orders).map(([chain, keys]) => [chain, keys.map((key) => bare(chain, key))]),
  );
}

export function declaredTable(text: string): TableInputs {
  const table = parseTableText(text);
  const order = Object.entries(ordersOf(table)).map(([chain, names]) => [chain, names.join(" ")]);
  return { rules: rulesOf(table), order: Object.fromEntries(order) };
}

/** The live table in declared words, and one sentence for each difference. */
export function compareTables(texts: TableTexts): TableInputs & { readonly drift: readonly string[] } {
  const held = parseTableText(texts.live);
  const live = held === null ? null : settled(held);
  const wanted = parseTableText(texts.wanted);
  const rules = rulesInDeclaredWords(rulesOf(live), rulesOf(wanted), rulesOf(parseTableText(texts.declared)));
  if (held !== null && hasProbationSet(held))
    rules.probation = "a change that was never confirmed is left over";
  return {
    rules,
    order: liveOrder(ordersOf(live), ordersOf(wanted)),
    drift: tableDrift(texts.wanted, texts.live),
  };
}

function rulesInDeclaredWords(
  live: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>>,
  declared: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(live).map(([key, text]) => [key, text === wanted[key] ? (declared[key] ?? text) : text]),
  );
}

/** A rule that came or went is told by the map; the order differs only by what both hold. */
function liveOrder(
  live: Readonly<Record<string, readonly string[]>>,
  wanted: Readonly<Record<string, readonly string[]>>,
): Record<string, string> {
  const both = (list: readonly string[], other: readonly string[]) =>
    list.filter((name) => other.includes(name)).join(" ");
  return Object.fromEntries(
    Object.entries(wanted).map(([chain, should]) => {
      const is = live[chain] ?? [];
      return [chain, (both(is, should) === both(should, is) ? should : is).join(" ")];
    }),
  );
}
