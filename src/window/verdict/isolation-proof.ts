/**
 * What the tried flows prove about one segment, and about all of them at once. Pure; the report, the verdict and
 * whoever opens the vault rest on it.
 */
import { JedaError } from "../../model/errors.ts";
import type { FlowEntry, WindowStatus } from "../journal/status.ts";

/** The first word of a flow's text that goes down a connection opened before the isolation. */
export const heldFlow = "held";

type Tried = Pick<FlowEntry, "expected" | "actual">;

/** A refusal is no answer, and no cut: it counts only where there was nothing better before. */
export function asExpected({ expected, actual }: Tried): boolean {
  if (expected === "refused") return actual === "open" || actual === "refused";
  if (expected === "closed") return actual === "cut" || actual === "refused";
  return actual === expected;
}

/** Something answered where nothing must. */
export function leaks({ expected, actual }: Tried): boolean {
  return (
    (expected === "cut" && (actual === "open" || actual === "refused")) ||
    (expected === "closed" && actual === "open")
  );
}

/**
 * True when every new connection was cut and, where some were held open from before, at least one of them was
 * seen to carry nothing and none to carry something. False when anything passed or could not be tried. Null
 * when nothing was tried, or nothing could be on the connections that a dead runner had held. Where the site's own
 * rules closed every flow before, it is true when each is still closed.
 */
export function provedIsolated(status: WindowStatus, segment: string): boolean | null {
  const all = flowsOf(status, segment, "isolated");
  const tried = all.filter((flow) => flow.expected === "cut");
  const closed = all.filter((flow) => flow.expected === "closed");
  if (all.some(leaks)) return false;
  if (tried.length === 0) return closed.length === 0 ? null : closed.every(asExpected);
  const held = tried.filter((flow) => flow.flow.startsWith(heldFlow));
  const fresh = tried.filter((flow) => !flow.flow.startsWith(heldFlow));
  if (fresh.length === 0 || fresh.some((flow) => flow.actual !== "cut")) return false;
  // Connections that a dead runner had held open can't be asked any more: neither proof nor contradiction.
  const lost = held.length > 0 && held.every((flow) => flow.actual === "unknown");
  if (lost && status.runners.length > 1) return null;
  return held.length > 0 && held.some((flow) => flow.actual === "cut");
}

/** True when each flow that was open, or refused by its far end, is so again. */
export function provedConnected(status: WindowStatus, segment: string): boolean | null {
  const tried = flowsOf(status, segment, "connected").filter(
    ({ expected }) => expected === "open" || expected === "refused",
  );
  return tried.length === 0 ? null : tried.every(asExpected);
}

/** "tcp 203.0.113.10:80, rejected on edge by the site's own …", of what was closed before the window. */
export function closedBefore(status: WindowStatus, segment: string): readonly string[] {
  return flowsOf(status, segment, "before")
    .filter(({ expected, actual }) => expected === "open" && (actual === "cut" || actual === "refused"))
    .filter(({ flow, actual, by }) => !flow.startsWith(heldFlow) && (by !== undefined || actual === "cut"))
    .map(({ flow, by }) => `${flow}, ${by ?? "nothing answered, and no rule of the site's own says why"}`);
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
    .filter((flow) => !asExpected(flow))
    .map(({ flow, actual, expected, by }) => {
      const before = expected === "refused" ? "open or refused" : expected;
      return `${flow} is ${actual}, expected ${before}${by === undefined ? "" : ` (${by})`}`;
    });
}

/** Where a proof begins: what it is to rest on, and how many flows the journal had by then. */
export interface ProofBegun {
  readonly footing: string;
  readonly flows: number;
}

/**
 * That the isolation of this window was proved by packets, as it stands on its edges now. It can only be had from
 * the journal's evidence. It stands no more once an edge was isolated again, rebooted or released, or was seen
 * without the isolation, or the window is ending.
 */
export class IsolationProof {
  readonly #footing: string;
  readonly segments: readonly string[];
  readonly untried: readonly string[];

  private constructor(footing: string, segments: readonly string[], untried: readonly string[]) {
    this.#footing = footing;
    this.segments = segments;
    this.untried = untried;
  }

  static begin(status: WindowStatus): ProofBegun {
    return { footing: footingOf(status), flows: status.flows.length };
  }

  /**
   * Null when the edges' isolation changed while it was being proved, or has a gap now.
   * @throws JedaError REFUSED when the flows that were tried since prove too little.
   */
  static of(status: WindowStatus, begun: ProofBegun): IsolationProof | null {
    if (footingOf(status) !== begun.footing || !isWhole(status)) return null;
    const isolated = status.plan.segments.filter((segment) => segment.isolate);
    const tried = isolated.filter(({ probePoint }) => probePoint !== undefined).map(({ name }) => name);
    if (tried.length === 0) {
      throw unproved("no isolated segment has a probe point, so nothing can be tried from inside one");
    }
    const fresh = { ...status, flows: status.flows.slice(begun.flows) };
    for (const segment of tried) {
      const flows = flowsOf(fresh, segment, "isolated").filter(
        ({ flow, expected }) => (expected === "cut" || expected === "closed") && !flow.startsWith(heldFlow),
      );
      const uncut = contradictions(flows).join("; ");
      if (flows.length === 0 || uncut !== "" || provedIsolated(status, segment) === false) {
        throw unproved(`${segment}: ${uncut || "no new connection was tried from there"}`);
      }
    }
    const untried = isolated.map(({ name }) => name).filter((name) => !tried.includes(name));
    return new IsolationProof(begun.footing, tried, untried);
  }

  /** @param status of the same window, now */
  stands(status: WindowStatus): boolean {
    return footingOf(status) === this.#footing && isWhole(status) && status.causes.length === 0;
  }
}

/** Which isolation of which window on which edges: another one needs another proof. */
function footingOf({ plan, edges, interruptions }: WindowStatus): string {
  const held = edges.map(({ name, clock, isolations, releasedAt }) => [
    name,
    clock?.bootId,
    clock?.fence,
    isolations,
    releasedAt,
  ]);
  return JSON.stringify([plan.id, held, interruptions.length]);
}

function isWhole({ edges, interruptions }: WindowStatus): boolean {
  const held = edges.every(({ isolations, releasedAt }) => isolations > 0 && releasedAt === null);
  return held && !interruptions.some(({ until }) => until === null);
}

function unproved(why: string): JedaError {
  return new JedaError("REFUSED", `the isolation is not proved: ${why}`, {
    hint: "the vault stays shut and nothing is backed up; compare the edges' rules with: pulumi preview",
  });
}
