/** What of a share is to be compared in this window: all of a small one, otherwise its turn and a random sample. */
import type { SmbSource } from "../../model/hospital.ts";
import type { Restic } from "../restic/restic-call.ts";
import { drawSample } from "../tools/sample.ts";
import { type ProofRecord, readProof } from "./proof-record.ts";
import { comparedWhole, defaultProveWithinWindows, nextTurn, turnOf, waitingSince } from "./proof-turn.ts";
import { type Listing, totalBytes } from "./share-listing.ts";

export interface ProofPlan {
  readonly paths: readonly string[];
  /** Null where everything is compared. */
  readonly turn: { readonly turn: number; readonly of: number } | null;
  /** Since when what waits longest, after this window, has not been compared; ISO 8601, null when nothing waits. */
  readonly waitingSince: string | null;
}

export async function planProof(
  restic: Restic,
  source: SmbSource,
  files: Listing,
  { sampleFiles, seed }: { readonly sampleFiles: number; readonly seed: number },
): Promise<ProofPlan> {
  const { proveWithinWindows: of = defaultProveWithinWindows } = source;
  // Who declares a number wants it so, whatever the share's size.
  const small = source.proveWithinWindows === undefined && comparedWhole(files.size, totalBytes(files));
  if (of === 1 || small) {
    return { paths: [...files.keys()], turn: null, waitingSince: null };
  }
  const record: ProofRecord = await readProof(restic, source);
  const turn = nextTurn(record.proved, of);
  const inTurn = [...files.keys()].filter((path) => turnOf(path, of) === turn);
  const sample = drawSample(files.keys(), sampleFiles, seed);
  const firstSaved = record.firstSaved ?? new Date().toISOString();
  return {
    paths: [...new Set([...inTurn, ...sample])],
    turn: { turn, of },
    waitingSince: waitingSince(files.keys(), record.proved, { of, now: turn, firstSaved }),
  };
}
