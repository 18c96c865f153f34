/** Holds a loaded copy against the proof that was saved with it, and says how that went. */
import { type ContentProof, NOT_PROVED } from "../../../model/driver.ts";
import type { ScratchMariadb } from "../scratch-server.ts";
import { type Comparison, compareContents } from "./compare.ts";
import { loadedContents } from "./loaded-contents.ts";
import type { Proof } from "./proof.ts";
import { parseProof } from "./proof-lines.ts";

export interface ContentCheck {
  /** Nothing came back other than it was. What could not be compared is told in the findings. */
  readonly asSaved: boolean;
  readonly findings: readonly string[];
  readonly proof: ContentProof;
}

/** @param lines of the dump, see `DumpContents.proof`. @throws VERIFY */
export async function proveContents(
  scratch: ScratchMariadb,
  database: string,
  lines: readonly string[],
  signal: AbortSignal,
): Promise<ContentCheck> {
  let proof: Proof | null;
  try {
    proof = parseProof(lines);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return { asSaved: false, findings: [`Contents were not compared: ${why}.`], proof: NOT_PROVED };
  }
  if (proof === null) {
    const findings = ["Contents were not compared: the snapshot was made without a proof of them."];
    return { asSaved: true, findings, proof: NOT_PROVED };
  }
  return judged(proof, compareContents(proof, await loadedContents(scratch, database, signal)));
}

function judged(proof: Proof, { differences, unproved, fraction }: Comparison): ContentCheck {
  const { tables, objects } = proof;
  const all = `${tables.length} tables value by value, ${objects.length} definitions`;
  return {
    // What the source would not show was not saved: however well the rest comes back, it is not whole.
    asSaved: differences.length === 0 && proof.events,
    findings: [
      ...differences.map((difference) => `Comes back different: ${difference}.`),
      ...unproved.map((what) => `Not proved: ${what}.`),
      ...(proof.events ? [] : ["Not whole: whether there are events, and which, could not be seen."]),
      ...(differences.length === 0 && unproved.length === 0 ? [`Comes back as it was: ${all}.`] : []),
    ],
    proof: {
      kind: "content",
      fraction,
      oldestUnprovedAt: fraction === 1 ? null : proof.at,
      differences,
    },
  };
}
