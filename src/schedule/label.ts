/** What the preview says of things, in words. Pure. */
import { Temporal } from "temporal-polyfill";
import type { Probe, Source } from "../model/hospital.ts";
import type { WindowPlan } from "../model/plan.ts";
import { ruleText } from "./upcoming-text.ts";

function clock(moment: Temporal.ZonedDateTime): string {
  return moment.toPlainTime().toString({ smallestUnit: moment.second === 0 ? "minute" : "second" });
}

/** "3 h", "2 h 40 min", "45 s" */
export function span(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const parts = [
    [Math.floor(seconds / 3600), "h"],
    [Math.floor((seconds % 3600) / 60), "min"],
    [seconds % 60, "s"],
  ] as const;
  return (
    parts
      .filter(([count]) => count > 0)
      .map(([count, unit]) => `${count} ${unit}`)
      .join(" ") || "0 s"
  );
}

/** "2017-05-15 00:00–03:00 Asia/Jakarta", "for at most 3 min after it is armed", "every day at 01:00 for …". */
export function windowLabel({ schedule, zone }: Pick<WindowPlan, "schedule" | "zone">): string {
  if (schedule.recurrence !== undefined) {
    return `${ruleText(schedule.recurrence)} for at most ${span(schedule.reconnectByMs)}, ${zone}`;
  }
  if (schedule.start === "arm") return `for at most ${span(schedule.reconnectByMs)} after it is armed`;
  const start = Temporal.Instant.from(schedule.start).toZonedDateTimeISO(zone);
  const end = start.add({ milliseconds: schedule.reconnectByMs });
  const until = end.toPlainDate().equals(start.toPlainDate())
    ? clock(end)
    : `${end.toPlainDate()} ${clock(end)}`;
  return `${start.toPlainDate()} ${clock(start)}–${until} ${zone}`;
}

export function segmentLabel(plan: WindowPlan, name: string): string {
  const segment = plan.segments.find((each) => each.name === name);
  return segment?.isolate ? `isolated ${windowLabel(plan)}` : "stays connected";
}

export function sourceLabel(source: Source): string {
  if (source.kind === "smb") return `//${source.host}/${source.share}`;
  return `mariadb://${source.host}:${source.port}/${source.database}`;
}

export function probeLabel({ target, everyMs, tolerate }: Probe): string {
  const what = target.kind === "http" ? target.url : `tcp ${target.host}:${target.port}`;
  return `${what} every ${span(everyMs)}, ${tolerate} failures in a row tolerated`;
}
