/**
 * Counts the records that clinical staff entered. What was acknowledged is read first and what is stored after
 * it, both while the vault is still open (only then can the backup host reach the database): an entry that is
 * stored in between can only make the stored count larger, so whatever is missing is really lost.
 */
import { z } from "zod";
import type { RecordWitness, Service } from "../../../model/hospital.ts";
import { unlessStopped } from "../../clocks/clock.ts";
import { vaultMarginMs } from "../../clocks/deadlines.ts";
import { backupContext, type Night, stopAt } from "../../context/window-context.ts";

const entryCounts = z.object({ sent: z.int().nonnegative(), acknowledged: z.int().nonnegative() });
const answerMs = 5_000;
/** Longer counting is given up: the window must not wait for it. */
const countMs = 15_000;

/** Never throws: what could not be counted is noted, and the report says so. */
export async function countRecords(night: Night): Promise<void> {
  const giveUp = night.runtime.clock.bootMs() + countMs;
  const stop = stopAt(night, () => Math.min(night.boot.reconnectBy - vaultMarginMs, giveUp));
  for (const service of night.plan.services) {
    if (service.records === undefined) continue;
    try {
      await unlessStopped(countFor(night, service, service.records, stop.signal), stop.signal);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      night.recorder.note(`the records of ${service.name} could not be counted: ${message}`);
    }
  }
  stop.done();
}

async function countFor(
  night: Night,
  service: Service,
  witness: RecordWitness,
  signal: AbortSignal,
): Promise<void> {
  const segment = service.users.find((name) => night.probers.has(name));
  const prober = segment === undefined ? undefined : night.probers.get(segment);
  const source = night.plan.sources.find((one) => one.name === witness.source);
  if (prober === undefined) throw new Error("no segment of its users has a probe point");
  if (source === undefined) throw new Error(`the source ${witness.source} is not in the plan`);
  const answer = await prober.http(witness.url, answerMs);
  if (answer.status !== 200) throw new Error(`${witness.url} answered ${answer.status ?? answer.flow}`);
  const { sent, acknowledged } = entryCounts.parse(JSON.parse(answer.body));
  const stored = await night.runtime.countStored(source, witness.query, backupContext(night, signal));
  const lost = Math.max(0, acknowledged - stored);
  night.recorder.record({ type: "records", records: { sent, acknowledged, stored, lost } });
}
