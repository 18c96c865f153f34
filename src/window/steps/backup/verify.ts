/** What was saved is restored and compared while the sources can still be asked. */
import { randomInt } from "node:crypto";
import { otherAttempts, type TaggedSnapshot } from "../../../backup/restic/snapshot-identity.ts";
import type { Saved } from "../../../model/driver.ts";
import type { Source } from "../../../model/hospital.ts";
import type { Step } from "../../../model/runbook.ts";
import { unlessStopped } from "../../clocks/clock.ts";
import { vaultMarginMs, verifyMarginMs } from "../../clocks/deadlines.ts";
import { backupContext, type Night, stopAt } from "../../context/window-context.ts";
import { inspect } from "./anomaly-check.ts";
import { recordSaved } from "./record-saved.ts";

/** Verifying is work for the backup host's processors: more at once would not be sooner. */
const atOnce = 2;

type VerifyStep = Extract<Step, { kind: "verify" }>;

export async function verify(night: Night, step: VerifyStep): Promise<void> {
  night.recorder.reach("verifying");
  const told = new Set(
    night.recorder.status.sources.filter((one) => one.verified !== null).map(({ name }) => name),
  );
  const sources = night.plan.sources.filter(({ name }) => night.saved.has(name) && !told.has(name));
  if (sources.length === 0) return;
  const unseen = new Set(
    night.recorder.status.sources.filter((one) => one.anomalies === null).map(({ name }) => name),
  );
  const stop = stopAt(night, () => night.boot.reconnectBy - vaultMarginMs - verifyMarginMs);
  try {
    const repository = checkRepository(night, step, stop.signal);
    const snapshots = night.runtime.repository.snapshots(backupContext(night, stop.signal));
    snapshots.catch(() => {}); // awaited with each source
    const queue = [...sources];
    const worker = async (): Promise<void> => {
      for (let source = queue.shift(); source !== undefined; source = queue.shift()) {
        const saved = night.saved.get(source.name);
        if (saved === undefined || stop.signal.aborted) continue;
        // Saved by a runner that died before it had looked, or not in time then.
        if (unseen.has(source.name)) await inspect(night, source, saved, stop.signal);
        await verifySource(night, { source, saved, step, repository, snapshots, signal: stop.signal });
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    if (stop.late.aborted) night.recorder.note("verification was stopped: the vault had to be shut");
  } finally {
    stop.done();
  }
  night.recorder.stop.signal.throwIfAborted();
}

interface RepositoryCheck {
  readonly sound: boolean;
  readonly findings: readonly string[];
}

async function checkRepository(
  night: Night,
  step: VerifyStep,
  signal: AbortSignal,
): Promise<RepositoryCheck> {
  const { repository } = night.runtime;
  const context = backupContext(night, signal);
  try {
    const findings = await unlessStopped(repository.check(context, step.readPercent), signal);
    return { sound: true, findings };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { sound: false, findings: [`the repository's check failed: ${message}`] };
  }
}

interface Verification {
  readonly source: Source;
  readonly saved: Saved;
  readonly step: VerifyStep;
  /** Under way at the same time. */
  readonly repository: Promise<RepositoryCheck>;
  readonly snapshots: Promise<readonly TaggedSnapshot[]>;
  readonly signal: AbortSignal;
}

async function verifySource(night: Night, work: Verification): Promise<void> {
  const { source, step, signal } = work;
  const context = backupContext(night, signal);
  const options = { sampleFiles: step.sampleFiles, databases: step.databases, seed: randomInt(2 ** 31) };
  try {
    const driver = night.runtime.driver(source);
    const [answer, repository, before] = await Promise.all([
      unlessStopped(driver.verify(source, work.saved, context, options), signal),
      work.repository,
      work.snapshots,
    ]);
    if (signal.aborted) return;
    const { savedAgain: again } = answer;
    const saved = again ?? work.saved;
    if (again !== undefined) await replaceSaved(night, source, again, signal);
    const snapshots = again === undefined ? before : await night.runtime.repository.snapshots(context);
    const age = notOfTonight(night, saved, snapshots);
    const others = otherAttempts(snapshots, { windowId: night.plan.id, source: source.name }, saved.snapshot);
    const failed = `of attempts that failed, and not counted, are ${others.join(", ")}`;
    night.recorder.record({
      type: "source-verified",
      source: source.name,
      verified: answer.verified && age === null && repository.sound,
      findings: [
        ...(age === null ? [] : [age]),
        ...(others.length === 0 ? [] : [`the snapshot is ${saved.snapshot}; ${failed}`]),
        ...repository.findings,
        ...answer.findings,
      ],
      proof: answer.proof,
    });
  } catch (error) {
    // Stopped by a deadline or by the window's end: saved, and not verified.
    if (signal.aborted) return;
    const message = error instanceof Error ? error.message : String(error);
    night.recorder.record({
      type: "source-verified",
      source: source.name,
      verified: false,
      findings: [`the verification broke off: ${message}`],
    });
  }
}

/** The verification found content that had to be saved again: that snapshot counts from now on, and is looked into. */
async function replaceSaved(night: Night, source: Source, saved: Saved, signal: AbortSignal): Promise<void> {
  const durationMs = night.recorder.status.sources.find(({ name }) => name === source.name)?.durationMs ?? 0;
  await recordSaved(night, source, saved, { durationMs, signal });
}

/** A driver that reports an earlier snapshot, or one that is not there, has saved nothing tonight. */
function notOfTonight(night: Night, saved: Saved, snapshots: readonly TaggedSnapshot[]): string | null {
  const same = (id: string): boolean => id.startsWith(saved.snapshot) || saved.snapshot.startsWith(id);
  if ([...night.earlierSnapshots].some(same)) {
    return `the snapshot ${saved.snapshot} was there before the window began`;
  }
  const there = snapshots.some(({ id }) => same(id));
  return there ? null : `the snapshot ${saved.snapshot} is not in the repository`;
}
