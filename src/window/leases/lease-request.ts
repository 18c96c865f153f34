/** Lease requests from what the journal says of an edge: always the same absolute deadline. Pure. */
import {
  acceptedLateMs,
  type LeaseElement,
  type LeaseRequest,
  type LiveLease,
} from "../../model/edge-protocol.ts";
import { JedaError } from "../../model/errors.ts";
import { defaultHeartbeatMs, type WindowPlan } from "../../model/plan.ts";
import { vaultMarginMs } from "../clocks/deadlines.ts";
import type { EdgeStatus } from "../journal/status.ts";

export function isolationElements(plan: WindowPlan): readonly LeaseElement[] {
  return plan.segments
    .filter((segment) => segment.isolate)
    .flatMap(({ interfaces, cidrs }): LeaseElement[] => [
      ...interfaces.map((value): LeaseElement => ({ set: "isolated_if", value })),
      ...cidrs.map(
        (value): LeaseElement => ({ set: value.includes(":") ? "isolated_v6" : "isolated_v4", value }),
      ),
    ]);
}

export const vaultElements: readonly LeaseElement[] = [
  { set: "vault_open", value: "ipv4" },
  { set: "vault_open", value: "ipv6" },
];

/** After how long without a renewal the segments are back; null under the policy `window`. */
export function heartbeatMs(plan: WindowPlan): number | null {
  return plan.lease === "heartbeat" ? (plan.heartbeatMs ?? defaultHeartbeatMs) : null;
}

/** This host's clock, and `reconnectBy` on it: what a heartbeat is counted from. */
export interface Now {
  readonly runtime: { readonly clock: { bootMs(): number } };
  readonly boot: { readonly reconnectBy: number };
}

/**
 * Until the window's deadline, or until a heartbeat from `now` where that is the policy and comes first.
 * @throws JedaError INTERNAL when preflight has not read this edge's clock.
 */
export function leaseFor(
  edge: EdgeStatus,
  what: "isolation" | "vault",
  plan: WindowPlan,
  now?: Now,
): LeaseRequest {
  if (edge.clock === null || edge.reconnectByBootMs === null) {
    throw new JedaError("INTERNAL", `the clock of the edge ${edge.name} was never read`);
  }
  return {
    bootId: edge.clock.bootId,
    fence: edge.clock.fence,
    deadlineBootMs: edge.reconnectByBootMs - unused(plan, now) - (what === "vault" ? vaultMarginMs : 0),
    elements: what === "vault" ? vaultElements : isolationElements(plan),
  };
}

/** Milliseconds by which a heartbeat ends before the window's deadline. */
function unused(plan: WindowPlan, now: Now | undefined): number {
  const beat = heartbeatMs(plan);
  if (beat === null || now === undefined) return 0;
  return Math.max(0, Math.floor(now.boot.reconnectBy - now.runtime.clock.bootMs()) - beat);
}

/**
 * The fence that outdates every lease of this window, also one that is still under way. The edge raises its own
 * by one at least: where the clock was never read, any number does.
 */
export function releaseFence(edge: EdgeStatus): number {
  return edge.clock === null ? 0 : edge.clock.fence + 1;
}

/** Whether the kernel holds every element, for however long. */
export function holdsAll(wanted: LeaseRequest, live: readonly LiveLease[]): boolean {
  return wanted.elements.every(({ set, value }) =>
    live.some((lease) => lease.set === set && lease.value === value),
  );
}

/** Which elements the kernel does not hold, or holds longer than until the deadline. */
export function missingLeases(
  wanted: LeaseRequest,
  live: readonly LiveLease[],
  edgeBootMs: number,
): readonly string[] {
  // Beyond what the edge itself lets pass: the kernel counts in ticks, the boot clock is read in steps of 10 ms.
  const slackMs = acceptedLateMs + 50;
  return wanted.elements.flatMap(({ set, value }) => {
    const found = live.find((lease) => lease.set === set && lease.value === value);
    if (found === undefined) return [`${set} ${value} is missing`];
    if (found.expiresMs === null) return [`${set} ${value} has no end`];
    const late = edgeBootMs + found.expiresMs - wanted.deadlineBootMs;
    return late > slackMs ? [`${set} ${value} ends ${Math.round(late)} ms after the deadline`] : [];
  });
}
