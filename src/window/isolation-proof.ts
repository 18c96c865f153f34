/** What the tried flows prove about one segment. Pure; the report and the verdict both rest on it. */
import type { Flow } from "../model/prober.ts";
import type { FlowEntry, WindowStatus } from "./status.ts";

/** The first word of a flow's text that goes down a connection opened before the isolation. */
export const heldFlow = "held";

/** Packets that passed, whether somebody listened or not. */
export function passed(flow: Flow): boolean {
  return flow === "open" || flow === "refused";
}

/**
 * True when every new connection was cut and, where some were held open from before, at least one of them was
 * seen to carry nothing and none to carry something. False when anything passed or could not be tried. Null
 * when nothing was tried, or nothing could be on the connections that a dead runner had held.
 */
export function provedIsolated(status: WindowStatus, segment: string): boolean | null {
  const tried = flowsOf(status, segment, "isolated").filter((flow) => flow.expected === "cut");
  if (tried.length === 0) return null;
  const held = tried.filter((flow) => flow.flow.startsWith(heldFlow));
  const fresh = tried.filter((flow) => !flow.flow.startsWith(heldFlow));
  if (tried.some((flow) => flow.actual === "open")) return false;
  if (fresh.length === 0 || fresh.some((flow) => flow.actual !== "cut")) return false;
  // Connections that a dead runner had held open can't be asked any more: neither proof nor contradiction.
  const lost = held.length > 0 && held.every((flow) => flow.actual === "unknown");
  if (lost && status.runners.length > 1) return null;
  return held.length > 0 && held.some((flow) => flow.actual === "cut");
}

/** True when each flow that must be open was. */
export function provedConnected(status: WindowStatus, segment: string): boolean | null {
  const tried = flowsOf(status, segment, "connected").filter((flow) => flow.expected === "open");
  return tried.length === 0 ? null : tried.every((flow) => flow.actual === "open");
}

export function flowsOf(
  status: WindowStatus,
  segment: string,
  phase: FlowEntry["phase"],
): readonly FlowEntry[] {
  return status.flows.filter((flow) => flow.segment === segment && flow.phase === phase);
}

/** Flows that did not behave, as sentences. */
export function contradictions(flows: readonly FlowEntry[]): readonly string[] {
  return flows
    .filter((flow) => flow.actual !== flow.expected)
    .map((flow) => `${flow.flow} is ${flow.actual}, expected ${flow.expected}`);
}
