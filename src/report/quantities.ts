/** Sizes, durations and times as people read them. Pure. */

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

/** "2 h 05 min", "3 min 07 s", "12.3 s" */
export function durationText(ms: number): string {
  const seconds = ms / 1000;
  if (Math.round(seconds * 10) < 600) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  const two = (value: number): string => String(value).padStart(2, "0");
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} min`;
}

/** "02:40:05" of an ISO 8601 moment, by the offset that it carries. */
export function timeOfDay(iso: string): string {
  return iso.slice(11, 19);
}
