/**
 * A change that waits for its confirmation keeps both rule sets in the table: the base chain goes to `new_X`
 * while the set `probation` holds an element, else to `old_X`. This reads such a table as the one that is in
 * force once the probation is over. Pure.
 */
import type { ListedChain, ListedRule, ListedTable } from "./listing.ts";

export const PROBATION = "probation";

export function hasProbationSet(table: ListedTable): boolean {
  return table.sets.some((set) => set.name === PROBATION);
}

/** True while the kernel still goes to the new chains. */
export function onProbation(table: ListedTable | null): boolean {
  return table?.sets.some((set) => set.name === PROBATION && set.elements.length > 0) ?? false;
}

/** Renames the chains that a rule jumps or goes to. */
export function retarget(text: string, rename: (chain: string) => string): string {
  return text.replace(
    /\b(jump|goto) ([^\s,}"]+)/g,
    (_, verb: string, chain: string) => `${verb} ${rename(chain)}`,
  );
}

/** The table as it is without a confirmation, in the names of the steady state. */
export function settled(table: ListedTable): ListedTable {
  if (!hasProbationSet(table)) return table;
  const chains = table.chains.flatMap((chain): ListedChain[] => {
    if (!chain.name.startsWith("old_")) return [];
    const name = chain.name.slice("old_".length);
    const base = table.chains.find((other) => other.name === name)?.base ?? null;
    const policy = chain.rules.find((rule) => isPolicy(rule));
    const rules = chain.rules
      .filter((rule) => !isPolicy(rule))
      .map((rule) => ({
        ...rule,
        key: rule.key.replace(/^old_/, ""),
        text: retarget(rule.text, (target) => target.replace(/^old_/, "")),
      }));
    return [{ name, base: policy ? (base?.replace("policy accept", "policy drop") ?? null) : base, rules }];
  });
  return { ...table, chains, sets: table.sets.filter((set) => set.name !== PROBATION) };
}

/** The rule that stands for a drop policy while the base chain's own policy has to be accept. */
export function policyComment(chain: string): string {
  return `${chain}/policy`;
}

function isPolicy(rule: ListedRule): boolean {
  return rule.text === "drop" && (rule.comment?.endsWith("/policy") ?? false);
}
