/** Times for people and for JSON: ISO 8601 with milliseconds and the hospital's offset. */
import { Temporal } from "temporal-polyfill";

export function isoInZone(epochMs: number, zone: string): string {
  const instant = Temporal.Instant.fromEpochMilliseconds(Math.round(epochMs));
  return instant.toString({ timeZone: zone, fractionalSecondDigits: 3 });
}
