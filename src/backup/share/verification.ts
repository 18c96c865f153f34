/** Is what a share's snapshot holds what the share has? What is not, is saved again, or the share is not verified. */
import {
  type BackupContext,
  NOT_PROVED,
  type Saved,
  type Verified,
  type VerifyOptions,
} from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import type { SmbSource } from "../../model/hospital.ts";
import { listSnapshot } from "../restic/restic.ts";
import { type Restic, resticFor } from "../restic/restic-call.ts";
import { foreignSnapshot } from "../restic/snapshot-identity.ts";
import { type MountedShare, relativeFiles, sharePath, withMountedShare } from "./mounted-share.ts";
import { proofFindings } from "./proof-findings.ts";
import { type ProofPlan, planProof } from "./proof-plan.ts";
import { recordProof } from "./proof-record.ts";
import { type Listing, listShare } from "./share-listing.ts";
import { saveStale } from "./share-mending.ts";
import { proveFiles, type ShareProof } from "./share-proof.ts";

export async function verifyShare(
  source: SmbSource,
  saved: Saved,
  context: BackupContext,
  options: VerifyOptions,
): Promise<Verified> {
  try {
    const restic = await resticFor(context);
    const snapshot = await listSnapshot(restic, saved.snapshot);
    const labels = { windowId: context.windowId, source: source.name, host: source.host };
    const foreign = foreignSnapshot(snapshot.header, labels, sharePath(source));
    const files = relativeFiles(snapshot, source);
    if (files.size !== saved.items) {
      return refused([
        ...foreign,
        `The snapshot holds ${files.size} files, but ${saved.items} were reported.`,
      ]);
    }
    if (foreign.length > 0) return refused(foreign);
    const plan = await planProof(restic, source, files, options);
    return await verifyFiles(restic, source, context, { saved, files, plan, seed: options.seed });
  } catch (cause) {
    if (context.signal.aborted) throw cause;
    if (!(cause instanceof JedaError)) throw cause;
    return refused([`Not verified: ${cause.message}`]);
  }
}

interface ToVerify {
  readonly saved: Saved;
  readonly files: Listing;
  readonly plan: ProofPlan;
  readonly seed: number;
}

async function verifyFiles(
  restic: Restic,
  source: SmbSource,
  context: BackupContext,
  { saved, files, plan, seed }: ToVerify,
): Promise<Verified> {
  const now = (await listShare(source, context)).files;
  const { proof, mended } = await withMountedShare(source, context, async (share) => {
    const what = { share, snapshot: saved.snapshot, paths: plan.paths, saved: files, now };
    const proof = await proveFiles(restic, source, context, what);
    if (proof.stale.length === 0 || proof.damaged.length > 0) return { proof, mended: null };
    return { proof, mended: await mend(restic, source, context, share, proof.stale) };
  });
  const again = mended?.proof ?? { same: [], stale: proof.stale, damaged: [] };
  const equal = proof.same.length + again.same.length;
  const bad = [...proof.damaged, ...again.stale, ...again.damaged];
  const verified = bad.length === 0 && equal > 0;
  if (verified && plan.turn !== null) await recordProof(restic, source, plan.turn);
  return {
    verified,
    findings: [
      ...proofFindings(proof, again, { plan, seed, equal, all: files.size }),
      ...(mended?.failure === undefined ? [] : [`They could not be saved again: ${mended.failure}`]),
    ],
    proof: {
      kind: "sample",
      fraction: equal / files.size,
      oldestUnprovedAt: plan.waitingSince,
      differences: [...proof.stale, ...proof.damaged],
    },
    ...(verified && mended?.saved !== undefined ? { savedAgain: mended.saved } : {}),
  };
}

interface Mended {
  readonly saved?: Saved;
  readonly proof?: ShareProof;
  readonly failure?: string;
}

/** What was saved again is compared again. */
async function mend(
  restic: Restic,
  source: SmbSource,
  context: BackupContext,
  share: MountedShare,
  stale: readonly string[],
): Promise<Mended> {
  try {
    const saved = await saveStale(restic, source, context, share, stale);
    const files = relativeFiles(await listSnapshot(restic, saved.snapshot), source);
    const now = (await listShare(source, context)).files;
    const what = { share, snapshot: saved.snapshot, paths: stale, saved: files, now };
    return { saved, proof: await proveFiles(restic, source, context, what) };
  } catch (cause) {
    if (context.signal.aborted || !(cause instanceof JedaError)) throw cause;
    return { failure: cause.message };
  }
}

function refused(findings: readonly string[]): Verified {
  return { verified: false, findings, proof: NOT_PROVED };
}
