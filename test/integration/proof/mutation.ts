/**
 * Whether the differential test would notice the lack of each rule: every kind of rule of every compiler is taken out,
 * one rule at a time, until some hospital disagrees. A kind that nobody misses is a gap of the test or a needless rule.
 */
import fc from "fast-check";
import type { Table } from "../../../src/firewall/tables/table.ts";
import { compare } from "./differential.ts";
import { compareHost } from "./host-lock.ts";
import type { Kernel } from "./kernel.ts";
import { Random } from "./random.ts";
import { compiled, type Rulesets } from "./rulesets.ts";
import { layOut, type Scene } from "./scene.ts";
import { sketch } from "./sketches.ts";

export interface Mutations {
  readonly noticed: number;
  /** Kinds of rules, such as "vault/open-v4" or "outgoing/from-*-v6". */
  readonly unnoticed: readonly string[];
}

/** Hospitals in which a kind is tried before it counts as unnoticed. */
const patience = 8;

export async function mutate(
  kernel: Kernel,
  hospitals: number,
  seed: number,
  print: (line: string) => void,
): Promise<Mutations> {
  const random = new Random(seed);
  const scenes = fc.sample(sketch, { numRuns: hospitals, seed }).map(layOut);
  const kinds = new Map<string, { readonly scene: Scene; readonly id: string }[]>();
  for (const scene of scenes) {
    for (const [kind, ids] of grouped(idsOf(scene))) {
      const id = random.pick(ids);
      if (id !== undefined) kinds.set(kind, [...(kinds.get(kind) ?? []), { scene, id }]);
    }
  }
  for (const scene of scenes) {
    const disagreements = [
      ...(await compare(kernel, scene)).disagreements,
      ...(await compareHost(kernel, scene)),
    ];
    const [first] = disagreements;
    if (first !== undefined) throw new Error(`a hospital disagrees with every rule in place: ${first.what}`);
  }
  const unnoticed: string[] = [];
  for (const [kind, candidates] of [...kinds].sort(([a], [b]) => a.localeCompare(b))) {
    const tried = candidates.slice(0, patience);
    let by: string | undefined;
    for (const { scene, id } of tried) {
      by = await missed(kernel, scene, id);
      if (by !== undefined) break;
    }
    print(`${kind.padEnd(34)} ${by ?? `NOT NOTICED in ${tried.length} hospitals`}`);
    if (by === undefined) unnoticed.push(kind);
  }
  return { noticed: kinds.size - unnoticed.length, unnoticed };
}

/** The first disagreement without the rule. */
async function missed(kernel: Kernel, scene: Scene, id: string): Promise<string | undefined> {
  const mutant = without(id);
  if (id.startsWith("host ")) return (await compareHost(kernel, scene, mutant))[0]?.what;
  return (await compare(kernel, scene, undefined, mutant)).disagreements[0]?.what;
}

function idsOf({ hospital }: Scene): readonly string[] {
  return [
    ...compiled.edge(hospital).flatMap((table) => rulesOf(table)),
    ...rulesOf(compiled.host(hospital)).map((id) => `host ${id}`),
  ];
}

function rulesOf({ chains }: Table): readonly string[] {
  return chains.flatMap(({ rules }) => rules.map(({ id }) => id));
}

/** Rules that differ by a segment's or a service's name are of one kind. */
function grouped(ids: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    const kind = id
      .replaceAll(/\b(s\d+|vault)(?=-v[46]$)/g, "*")
      .replaceAll(/\bs\d+\b/g, "*")
      .replace(/\/(proxy|resolver|tunnel|socks)-/, "/*-");
    groups.set(kind, [...(groups.get(kind) ?? []), id]);
  }
  return groups;
}

function without(id: string): Rulesets {
  const less = (table: Table, gone: string): Table => ({
    ...table,
    chains: table.chains.map((chain) => ({
      ...chain,
      rules: chain.rules.filter((rule) => rule.id !== gone),
    })),
  });
  return {
    edge: (hospital) => compiled.edge(hospital).map((table) => less(table, id)),
    host: (hospital) => less(compiled.host(hospital), id.replace(/^host /, "")),
  };
}
