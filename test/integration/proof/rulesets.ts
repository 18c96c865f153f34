/** The compilers whose rules are tried: the product's own, or with one rule taken out by `mutation.ts`. */
import { compileHostTable } from "../../../src/firewall/tables/host-table.ts";
import { compilePolicyTable } from "../../../src/firewall/tables/policy-table.ts";
import type { Table } from "../../../src/firewall/tables/table.ts";
import { compileWindowTable } from "../../../src/firewall/tables/window-table.ts";
import type { Edge, Hospital } from "../../../src/model/hospital.ts";

export interface Rulesets {
  /** In the order in which they are loaded. */
  edge(hospital: Hospital): readonly Table[];
  host(hospital: Hospital): Table;
}

export const compiled: Rulesets = {
  edge(hospital) {
    const edge = hospital.edges[0] as Edge;
    return [compileWindowTable(hospital, edge), compilePolicyTable(hospital, edge)];
  },
  host: compileHostTable,
};

/** Ids of the rules that count packets. */
export function countingRules(tables: readonly Table[]): readonly string[] {
  const rules = tables.flatMap(({ chains }) => chains.flatMap((chain) => chain.rules));
  return rules.filter(({ text }) => /\bcounter\b/.test(text)).map(({ id }) => id);
}
