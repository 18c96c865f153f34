/** What was compared of a share, what was not the same, and how likely something was missed, in sentences. Pure. */
import type { ProofPlan } from "./proof-plan.ts";
import { chanceOfMissing } from "./proof-turn.ts";
import { nameSome } from "./share-comparison.ts";
import type { ShareProof } from "./share-proof.ts";

export interface Told {
  readonly plan: ProofPlan;
  readonly seed: number;
  /** Files that were found the same, at once or after they were saved again. */
  readonly equal: number;
  readonly all: number;
}

/** @param again of the files that were saved again; all stale ones where they were not */
export function proofFindings(
  proof: ShareProof,
  again: Pick<ShareProof, "same" | "stale" | "damaged">,
  { plan, seed, equal, all }: Told,
): readonly string[] {
  const named = (paths: readonly string[], text: string): readonly string[] =>
    paths.length === 0 ? [] : [`${paths.length} ${text}: ${nameSome(paths)}.`];
  const what =
    plan.turn === null
      ? `All ${all} files`
      : `${plan.paths.length} of ${all} files (turn ${plan.turn.turn + 1} of ${plan.turn.of}, and a sample, seed ${seed})`;
  return [
    equal === 0
      ? `${what}: nothing could be compared.`
      : `${what}: ${equal} are stored byte for byte as the share has them.`,
    ...waiting(plan, equal / all),
    ...named(again.same, "had changed under the same size and time, and were saved again"),
    ...named(again.stale, "are stored with other content than the share has"),
    ...named([...proof.damaged, ...again.damaged], "can't be read back from the repository"),
    ...named(proof.changed, "changed since the snapshot"),
    ...named(proof.unread, "could not be read from the share to be compared"),
  ];
}

function waiting({ turn, waitingSince }: ProofPlan, fraction: number): readonly string[] {
  if (turn === null || waitingSince === null) return [];
  return [
    `What waits longest for its turn was last compared, or first saved, at ${waitingSince}; ${chanceOfMissing(fraction)}, until their turn within ${turn.of} windows.`,
  ];
}
