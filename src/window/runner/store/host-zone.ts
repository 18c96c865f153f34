/**
 * A country changes its clocks, and the zone data of this host and of jeda's Node may be of different years. jeda goes
 * by Node's: this says where the host would put a moment elsewhere.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { Temporal } from "temporal-polyfill";
import type { Deadlines } from "../../../model/plan.ts";
import { formatInstant } from "../../../schedule/format.ts";
import { nextOccurrences } from "../../../schedule/occurrences.ts";
import { isRecurring } from "../../../schedule/recurring-plan.ts";
import type { StandingSchedule } from "./schedules.ts";

/** So many windows ahead of a rule are looked at. */
const ahead = 8;

/** One sentence about the first of these moments (epoch milliseconds), or null where both agree or nothing is known. */
export async function zoneDoubt(
  zone: string,
  moments: readonly number[],
  directory: string = process.env.TZDIR ?? "/usr/share/zoneinfo",
): Promise<string | null> {
  // Without data of its own `date` would silently say UTC.
  if (moments.length === 0 || !existsSync(join(directory, zone))) return null;
  const seconds = moments.map((moment) => String(Math.floor(moment / 1_000)));
  const { stdout, exitCode } = await execa(
    "sh",
    ["-c", 'for at; do date -d "@$at" +%z || exit; done', "sh", ...seconds],
    { env: { TZ: zone, TZDIR: directory, LC_ALL: "C" }, reject: false, timeout: 10_000 },
  );
  const theirs = stdout.trim().split("\n");
  if (exitCode !== 0 || theirs.length !== moments.length) return null;
  for (const [index, moment] of moments.entries()) {
    const { offset } = Temporal.Instant.fromEpochMilliseconds(moment).toZonedDateTimeISO(zone);
    const its = theirs[index]?.replace(/^([+-]\d\d)(\d\d)$/u, "$1:$2") ?? "";
    if (!/^[+-]\d\d:\d\d$/u.test(its) || offset.slice(0, 6) === its) continue;
    return `${zone}: jeda goes by its Node's zone data (${process.versions.tz ?? "of unknown version"}) and means ${formatInstant(moment, zone)}; by this host's own (${hostVersion(directory)}) the clocks stand at ${its} then. Bring the older of the two up to date, or write the window's times as they are to be by the clock of the hospital`;
  }
  return null;
}

/** The same for the windows that a rule will bring. */
export function zoneDoubtOfRule({ plan }: StandingSchedule): Promise<string | null> {
  if (!isRecurring(plan)) return Promise.resolve(null);
  const coming = nextOccurrences(plan.schedule, plan.zone, Date.now(), ahead);
  return zoneDoubt(
    plan.zone,
    coming.flatMap(({ start, reconnectByMs }) => [start, start + reconnectByMs]),
  );
}

export function deadlineMoments({
  start,
  startCutoff,
  backupStop,
  reconnectBy,
}: Deadlines): readonly number[] {
  return [start, startCutoff, backupStop, reconnectBy];
}

/** "2026f"; Debian keeps it in the first line of the rules' own text. */
function hostVersion(directory: string): string {
  for (const [name, pattern] of [
    ["tzdata.zi", /^# version (\S+)/u],
    ["+VERSION", /^(\S+)/u],
  ] as const) {
    try {
      const found = pattern.exec(readFileSync(join(directory, name), "utf8"))?.[1];
      if (found !== undefined) return found;
    } catch {
      // The next one, then.
    }
  }
  return "of unknown version";
}
