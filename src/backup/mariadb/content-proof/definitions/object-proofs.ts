/** Definitions before and after a dump, put together. Pure. */

import type { ObjectProof, SequenceProof } from "../proof.ts";
import type { Definitions } from "./describe.ts";

export function objectProofs(before: Definitions, after: Definitions): readonly ObjectProof[] {
  return [...new Set([...before.keys(), ...after.keys()])].map((object): ObjectProof => {
    const [first, last] = [before.get(object), after.get(object)];
    const aspects = new Set([...(first?.keys() ?? []), ...(last?.keys() ?? [])]);
    const hashes = [...aspects].map((aspect): readonly [string, readonly string[]] => {
      // An aspect that is not there (a table without checks) is a value like any other.
      const values = [first, last].filter((one) => one !== undefined).map((one) => one.get(aspect) ?? "");
      return [aspect, [...new Set(values)]];
    });
    const passing = first === undefined || last === undefined;
    return { object, aspects: Object.fromEntries(hashes), ...(passing ? { passing } : {}) };
  });
}

export function sequenceProofs(
  before: ReadonlyMap<string, string>,
  after: ReadonlyMap<string, string>,
): readonly SequenceProof[] {
  return [...before].flatMap(([sequence, first]) => {
    const last = after.get(sequence);
    return last === undefined ? [] : [{ sequence, values: [first, last] as const }];
  });
}
