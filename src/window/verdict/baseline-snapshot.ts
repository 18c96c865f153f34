/** Which snapshot of a source a new one is compared with. Pure. */

import type { WindowStatus } from "../journal/status.ts";
import { anomaliesOf } from "./verdict.ts";

/**
 * Of the newest window that saved and verified this source and found nothing in it, or whose end somebody has
 * acknowledged: an encrypted share must not become what the next one is measured by.
 */
export function lastGood(
  windows: readonly WindowStatus[],
  hospital: string,
  name: string,
): { readonly snapshot: string; readonly items: number } | null {
  const ended = windows
    .filter(({ plan, endedAt }) => plan.hospital === hospital && endedAt !== null)
    .toSorted((a, b) => Date.parse(b.endedAt ?? "") - Date.parse(a.endedAt ?? ""));
  for (const status of ended) {
    const source = status.sources.find((one) => one.name === name);
    if (source?.state !== "saved" || source.snapshot === null) continue;
    const clean =
      source.verified === true && !anomaliesOf(status).some((what) => what.startsWith(`${name}: `));
    if (clean || status.acknowledged !== null) return { snapshot: source.snapshot, items: source.items };
  }
  return null;
}
