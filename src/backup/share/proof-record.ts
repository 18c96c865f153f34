/**
 * Which turns were proved, and when, is kept in the repository itself, as snapshots of a line with a tag: it belongs to
 * what it speaks of, and nothing can be taken out of it either.
 */
import type { SmbSource } from "../../model/hospital.ts";
import { call, type Restic } from "../restic/restic-call.ts";
import { snapshotsTagged } from "../restic/tagged-snapshots.ts";
import type { ProvedTurn } from "./proof-turn.ts";

const proofTag = "jeda-proof";

export interface ProofRecord {
  readonly proved: readonly ProvedTurn[];
  /** When the oldest snapshot of this source was made that is still there; ISO 8601. */
  readonly firstSaved: string | null;
}

export async function readProof(restic: Restic, { name }: Pick<SmbSource, "name">): Promise<ProofRecord> {
  const all = await snapshotsTagged(restic, [`source:${name}`]);
  const proved = all.flatMap(({ tags, time }): ProvedTurn[] => {
    if (!tags.includes(proofTag)) return [];
    const [, turn, of] =
      tags.map((tag) => /^turn:(\d+)\/(\d+)$/.exec(tag)).find((found) => found !== null) ?? [];
    return turn === undefined ? [] : [{ turn: Number(turn), of: Number(of), at: time }];
  });
  const first = all.find(({ tags }) => !tags.includes(proofTag));
  return { proved, firstSaved: first?.time ?? null };
}

export async function recordProof(
  restic: Restic,
  { name, host }: Pick<SmbSource, "name" | "host">,
  { turn, of }: Pick<ProvedTurn, "turn" | "of">,
): Promise<void> {
  const tags = ["jeda", proofTag, `source:${name}`, `turn:${turn}/${of}`].flatMap((tag) => ["--tag", tag]);
  const what = ["--stdin", "--stdin-filename", `/jeda-proof/${name}`, "--host", host];
  const input = `turn ${turn + 1} of ${of} was compared and is the same\n`;
  await call(restic, "Recording what was proved", ["backup", ...what, ...tags], undefined, { input });
}
