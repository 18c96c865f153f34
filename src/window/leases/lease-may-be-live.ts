/**
 * Whether a kernel can still hold a lease of a window. Outside of that time there is nothing to release in a hurry:
 * whoever takes the window up then must not end another one that is under way.
 */
import type { JournalEntry } from "../../model/journal.ts";
import type { Clock } from "../clocks/clock.ts";
import { bootDeadlines } from "../clocks/deadlines.ts";
import type { WindowStatus } from "../journal/status.ts";

/** Clocks of edges and of this host are not the same: so much before and behind counts too. Milliseconds. */
const marginMs = 60_000;

export function mayHold(
  { status, entries }: { readonly status: WindowStatus; readonly entries: readonly JournalEntry[] },
  clock: Clock,
): boolean {
  const { start, reconnectBy } = bootDeadlines(status, clock);
  // Behind the break of a damaged journal the deadline may have been put off.
  const damaged = entries.some(({ type }) => type === "broken");
  const latest = damaged ? Math.max(reconnectBy, start + status.plan.maxIsolationMs) : reconnectBy;
  const now = clock.bootMs();
  return start - marginMs <= now && now <= latest + marginMs;
}
