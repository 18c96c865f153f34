/** Restores a random sample of a share's snapshot and compares it, byte for byte, with the share of this moment. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import {
  type BackupContext,
  NOT_PROVED,
  type Saved,
  type Verified,
  type VerifyOptions,
} from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import type { SmbSource } from "../../model/hospital.ts";
import { sameBytes } from "../compare-files.ts";
import { includePattern } from "../include-patterns.ts";
import { relativeFiles, sharePath, withMountedShare } from "../mounted-share.ts";
import { listSnapshot, restore } from "../restic.ts";
import { resticFor } from "../restic-call.ts";
import { drawSample } from "../sample.ts";
import { scratchFor } from "../scratch.ts";
import { nameSome } from "../share-comparison.ts";
import { type Listing, listShare } from "../share-listing.ts";
import { foreignSnapshot } from "../snapshot-identity.ts";

export async function verifyShare(
  source: SmbSource,
  saved: Saved,
  context: BackupContext,
  options: VerifyOptions,
): Promise<Verified> {
  try {
    return await verifySample(source, saved, context, options);
  } catch (cause) {
    if (context.signal.aborted) throw cause;
    if (!(cause instanceof JedaError)) throw cause;
    return { verified: false, findings: [`Not verified: ${cause.message}`], proof: NOT_PROVED };
  }
}

async function verifySample(
  source: SmbSource,
  saved: Saved,
  context: BackupContext,
  options: VerifyOptions,
): Promise<Verified> {
  const restic = await resticFor(context);
  const [snapshot, { files: now }] = await Promise.all([
    listSnapshot(restic, saved.snapshot),
    listShare(source, context),
  ]);
  const labels = { windowId: context.windowId, source: source.name, host: source.host };
  const foreign = foreignSnapshot(snapshot.header, labels, sharePath(source));
  const files = relativeFiles(snapshot, source);
  if (files.size !== saved.items) {
    return refused([...foreign, `The snapshot holds ${files.size} files, but ${saved.items} were reported.`]);
  }
  if (foreign.length > 0) return refused(foreign);

  const sample = drawSample(files.keys(), options.sampleFiles, options.seed);
  const changed = sample.filter((path) => !unchanged(path, files, now));
  const comparable = sample.filter((path) => unchanged(path, files, now));
  const drawn = `Sample of ${sample.length} of ${files.size} files, seed ${options.seed}`;
  if (comparable.length === 0)
    return refused([`${drawn}: none was unchanged since, so nothing could be compared.`]);

  const bytes = comparable.reduce((sum, path) => sum + (files.get(path)?.size ?? 0), 0);
  const target = await mkdtemp(join(await scratchFor(context, bytes), "restore-"));
  try {
    const patterns = join(target, "patterns");
    const lines = comparable.map((path) => includePattern(`${sharePath(source)}/${path}`));
    await writeFile(patterns, `${lines.join("\n")}\n`, { mode: 0o600 });
    const restored = join(target, "files");
    await restore(restic, saved.snapshot, patterns, restored);
    const suspects = await differing(source, context, join(restored, sharePath(source)), comparable);
    // Someone may have saved the very file between the listing and the reading: ask the server once more.
    const again = suspects.length > 0 ? (await listShare(source, context)).files : now;
    const different = suspects.filter((path) => unchanged(path, files, again));
    const late = suspects.filter((path) => !unchanged(path, files, again));
    if (different.length > 0) {
      return {
        ...refused([`${drawn}: restored with other content than the share has: ${nameSome(different)}.`]),
        proof: {
          ...NOT_PROVED,
          kind: "sample",
          differences: different.map((path) => `file ${path}: content`),
        },
      };
    }
    const moved = [...changed, ...late];
    const equal = comparable.length - late.length;
    return {
      verified: equal > 0,
      findings: [
        `${drawn}: ${equal} restored and equal to the share byte for byte.`,
        ...(moved.length > 0 ? [`${moved.length} changed since the snapshot: ${nameSome(moved)}.`] : []),
      ],
      proof: {
        kind: "sample",
        fraction: files.size === 0 ? 0 : equal / files.size,
        oldestUnprovedAt: null,
        differences: [],
      },
    };
  } finally {
    await rm(target, { recursive: true, force: true });
  }
}

async function differing(
  source: SmbSource,
  context: BackupContext,
  restored: string,
  paths: readonly string[],
): Promise<readonly string[]> {
  return withMountedShare(source, context, async (share) => {
    const suspects: string[] = [];
    for (const path of paths) {
      context.signal.throwIfAborted();
      if (!(await sameBytes(join(restored, path), join(share.visible, path)))) suspects.push(path);
    }
    return suspects;
  });
}

function unchanged(path: string, saved: Listing, now: Listing): boolean {
  const then = saved.get(path);
  const today = now.get(path);
  return (
    then !== undefined && today !== undefined && then.size === today.size && then.mtimeMs === today.mtimeMs
  );
}

function refused(findings: readonly string[]): Verified {
  return { verified: false, findings, proof: NOT_PROVED };
}
