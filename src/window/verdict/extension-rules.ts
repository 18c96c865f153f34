/** What an operator may add to a window's deadlines. Pure. */
import { JedaError } from "../../model/errors.ts";
import { formatClock, formatDuration } from "../../schedule/format.ts";
import type { BootDeadlines } from "../clocks/deadlines.ts";
import type { WindowStatus } from "../journal/status.ts";

export interface ExtensionRequest {
  /** Tells the answer in the journal from that to another request. */
  readonly id: string;
  readonly by: string;
  readonly reason: string;
  /** Milliseconds more, or else the wanted `reconnectBy` in epoch milliseconds. */
  readonly addMs: number | null;
  readonly reconnectBy: number | null;
  /** Boot clock of the backup host: after it nobody waits for the answer any more. */
  readonly validUntilBootMs: number;
}

/** With less left than this the window is about to reconnect; asking every edge may take 15 s. Milliseconds. */
export const leastLeftMs = 20_000;

/**
 * Milliseconds by which `backupStop` and `reconnectBy` are put off.
 * @throws JedaError REFUSED with the numbers when the configuration does not allow as much
 */
export function additionOf(status: WindowStatus, request: ExtensionRequest): number {
  const { plan, planned, deadlines } = status;
  const at = (ms: number): string => formatClock(ms, plan.zone);
  const most = plan.maxExtensionMs;
  if (most === undefined) {
    throw new JedaError("REFUSED", "this window can't be extended: no window.maxExtension is configured", {
      hint: `declare one before the next window; this one reconnects at ${at(deadlines.reconnectBy)} at the latest`,
    });
  }
  const addMs = request.addMs ?? (request.reconnectBy ?? 0) - deadlines.reconnectBy;
  const wanted = deadlines.reconnectBy + addMs;
  if (!Number.isSafeInteger(addMs) || addMs < 1_000) {
    throw new JedaError(
      "REFUSED",
      `an extension puts reconnectBy off by a second or more: it is ${at(deadlines.reconnectBy)}, ${at(wanted)} was asked for`,
      { hint: "to reconnect earlier: jeda window release" },
    );
  }
  const latest = Math.min(planned.reconnectBy + most, planned.start + plan.maxIsolationMs);
  if (wanted > latest) {
    const granted = deadlines.reconnectBy - planned.reconnectBy;
    throw new JedaError(
      "REFUSED",
      `reconnectBy can be put off to ${at(latest)} at the latest, not to ${at(wanted)}: planned ${at(planned.reconnectBy)}, window.maxExtension ${formatDuration(most)}, granted so far ${formatDuration(granted)}, asked for ${formatDuration(addMs)} more`,
      { hint: `${formatDuration(Math.max(0, latest - deadlines.reconnectBy))} can still be granted` },
    );
  }
  return addMs;
}

/** @throws JedaError REFUSED in a state in which there is nothing to put off (any more). */
export function checkExtensible({ state, result }: WindowStatus): void {
  const refused = (why: string, hint: string): JedaError =>
    new JedaError("REFUSED", `the window can't be extended: ${why}`, { hint });
  if (state === "planned" || state === "armed") {
    throw refused("it has not begun", "disarm it, change its reconnectBy, and arm it again");
  }
  if (state === "holding") {
    throw refused("its segments are held because of an anomaly", "jeda window release ends the hold");
  }
  if (state === "reconnecting") throw refused("it is reconnecting", "the next window may take longer");
  if (state === "ended") throw refused(`it has ended: ${result}`, "jeda window status shows the newest one");
}

/** @param leftMs until `reconnectBy` @throws JedaError REFUSED when the leases might end before they are renewed. */
export function checkTimeLeft(leftMs: number): void {
  if (leftMs >= leastLeftMs) return;
  throw new JedaError(
    "REFUSED",
    `only ${formatDuration(Math.max(0, leftMs))} are left until reconnectBy: an extension needs ${formatDuration(leastLeftMs)}`,
  );
}

/** The same moments, the two last ones so many milliseconds later. */
export function putOffDeadlines<D extends BootDeadlines>(deadlines: D, addMs: number): D {
  const { backupStop, reconnectBy } = deadlines;
  return { ...deadlines, backupStop: backupStop + addMs, reconnectBy: reconnectBy + addMs };
}
