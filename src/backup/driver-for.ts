/** One driver for each kind of source. */
import type { BackupContext, SourceDriver } from "../model/driver.ts";
import { JedaError } from "../model/errors.ts";
import type { Source } from "../model/hospital.ts";
import { mariadbDriver } from "./mariadb/mariadb.ts";
import { smbDriver } from "./share/smb.ts";

/** What a stopped driver throws is always BACKUP with the reason of the stop, whichever tool it was in. */
export function driverFor(source: Source): SourceDriver {
  const driver = (source.kind === "smb" ? smbDriver : mariadbDriver) as SourceDriver;
  return {
    preflight: (of, context) => driver.preflight(of, context),
    survey: (of, context) => unlessStopped(of, context, driver.survey(of, context)),
    backup: (of, survey, context, progress) =>
      unlessStopped(of, context, driver.backup(of, survey, context, progress)),
    verify: (of, saved, context, options) =>
      unlessStopped(of, context, driver.verify(of, saved, context, options)),
    anomalies: (of, saved, context, limits) =>
      unlessStopped(of, context, driver.anomalies(of, saved, context, limits)),
  };
}

async function unlessStopped<T>(source: Source, { signal }: BackupContext, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    if (!signal.aborted) throw cause;
    const reason = signal.reason instanceof Error ? signal.reason.message : String(signal.reason);
    throw new JedaError("BACKUP", `${source.name}: stopped before it was complete: ${reason}`, {
      hint: "No snapshot of this attempt counts; what was uploaded is used again next time.",
      cause,
    });
  }
}
