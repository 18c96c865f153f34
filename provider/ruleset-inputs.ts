/**
 * A table as inputs that Pulumi can show: a map `chain/rule → text`, and each chain's order beside it. The live value
 * of a rule is told in the declared words where both mean the same (the edge's own nft printed both), so that only a
 * real difference differs.
 */
import { type Entries, readTable } from "./table-text.ts";

export interface TableInputs {
  readonly rules: Readonly<Record<string, string>>;
  readonly order: Readonly<Record<string, string>>;
}

export interface TableTexts {
  /** As the compiler wrote it. */
  readonly declared: string;
  /** `nft -s list table`, null where the table does not exist. */
  readonly live: string | null;
  /** The declared text as the host's own nft prints it. */
  readonly wanted: string;
}

function orders(chains: Entries["chains"]): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(chains).map(([chain, rules]) => [chain, rules.join(" ")]));
}

export function declaredTable(text: string): TableInputs {
  const { rules, chains } = readTable(text);
  return { rules, order: orders(chains) };
}

/** The live table in declared words, and one sentence for each difference. */
export function compareTables(
  name: string,
  texts: TableTexts,
): TableInputs & { readonly drift: readonly string[] } {
  const declared = readTable(texts.declared);
  const wanted = readTable(texts.wanted);
  const live = readTable(texts.live ?? "");
  const drift: string[] = [];
  if (texts.live === null) drift.push(`table inet ${name} is missing`);

  const rules: Record<string, string> = {};
  for (const key of new Set([...Object.keys(wanted.rules), ...Object.keys(live.rules)])) {
    const [is, should] = [live.rules[key], wanted.rules[key]];
    if (is !== undefined) rules[key] = is === should ? (declared.rules[key] ?? is) : is;
    if (texts.live === null || is === should) continue;
    if (is === undefined) drift.push(`inet ${name} ${key} is missing: ${should}`);
    else if (should === undefined) drift.push(`inet ${name} ${key} is not jeda's: ${is}`);
    else drift.push(`inet ${name} ${key} is "${is}" instead of "${should}"`);
  }

  const order: Record<string, string> = {};
  for (const chain of new Set([...Object.keys(wanted.chains), ...Object.keys(live.chains)])) {
    const should = wanted.chains[chain] ?? [];
    const is = live.chains[chain] ?? [];
    const common = (list: readonly string[], other: readonly string[]) =>
      list.filter((id) => other.includes(id));
    // A rule that came or went is told by the map; the order differs only by what both hold.
    const same = common(is, should).join(" ") === common(should, is).join(" ");
    if (same && chain in wanted.chains) order[chain] = should.join(" ");
    else if (!same) {
      order[chain] = is.join(" ");
      drift.push(`inet ${name} ${chain} has another order: ${is.join(" ")}`);
    }
  }
  return { rules, order, drift };
}
