/** Definitions of a loaded copy against the proof. Pure. */
import type { Loaded } from "../compare.ts";
import type { Aspects, Proof, SequenceProof } from "../proof.ts";

export function differingObjects(proof: Proof, loaded: Loaded): readonly string[] {
  const sameVersion = version(proof.server) === version(loaded.server);
  const known = new Set(proof.objects.map(({ object }) => object));
  const differences = proof.objects.flatMap(({ object, aspects, passing }) => {
    const found = loaded.definitions.get(object);
    if (found === undefined) return passing ? [] : [`${object} does not come back`];
    const kinds = differingAspects(aspects, found, sameVersion);
    return kinds.length === 0 ? [] : [`${titled(object)}: other ${kinds.join(", ")}`];
  });
  const strange = [...loaded.definitions.keys()].filter((object) => !known.has(object));
  return [
    ...differences,
    ...strange.map((object) => `${object} comes back, but is not in the source`),
    ...proof.sequences.flatMap((one) => differingSequence(one, loaded.sequences.get(one.sequence))),
  ];
}

/** The server's own text says again what the other aspects say: it counts where these are silent. */
function differingAspects(
  proved: Aspects,
  found: ReadonlyMap<string, string>,
  sameVersion: boolean,
): readonly string[] {
  const differing = [...new Set([...Object.keys(proved), ...(sameVersion ? found.keys() : [])])].filter(
    (aspect) => !(proved[aspect] ?? [""]).includes(found.get(aspect) ?? ""),
  );
  const named = differing.filter((aspect) => aspect !== "text");
  if (named.length > 0 || !sameVersion) return named;
  return differing.map(() => "definition by the server's own text");
}

function differingSequence(
  { sequence, values }: SequenceProof,
  found: string | undefined,
): readonly string[] {
  if (found === undefined) return []; // it does not come back, which is said already
  const [first, last] = values.map(BigInt) as [bigint, bigint];
  const value = BigInt(found);
  const between = first <= last ? first <= value && value <= last : last <= value && value <= first;
  return between
    ? []
    : [`sequence ${sequence}: its next value comes back as ${found} instead of ${values[1]}`];
}

function titled(object: string): string {
  return object === "database " ? "the database" : object;
}

/** Spelling changes with the first two numbers. */
function version(text: string): string {
  return /^\d+\.\d+/.exec(text)?.[0] ?? text;
}
