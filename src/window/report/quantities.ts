/** Sizes, durations and times as people read them. Pure. */
import { formatDuration } from "../../schedule/format.ts";

/** "1.5 GiB" */
export function bytesText(bytes: number): string {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let value = bytes;
  let unit = 0;
  while (Math.round(value) >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** "2h 5m", "3m 7s", "12.3s": as durations are written in the configuration, with tenths below a minute. */
export function durationText(ms: number): string {
  const tenths = Math.round(ms / 100);
  return tenths < 600 ? `${(tenths / 10).toFixed(1)}s` : formatDuration(ms);
}

/** "02:40:05" of an ISO 8601 moment, by the offset that it carries. */
export function timeOfDay(iso: string): string {
  return iso.slice(11, 19);
}
