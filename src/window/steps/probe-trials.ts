/** Trying a flow, saying in the journal what came of it, and trying again where once proves nothing. */
import type { JournalBody } from "../../model/journal.ts";
import type { Flow } from "../../model/prober.ts";
import type { Night } from "../context/window-context.ts";
import type { FlowEntry } from "../journal/status.ts";
import { asExpected, leaks } from "../verdict/isolation-proof.ts";
import { closedBy } from "./site-rules.ts";

export type Phase = Extract<JournalBody, { type: "flow" }>["phase"];

export interface Trial {
  readonly segment: string;
  readonly phase: Phase;
  /** "tcp 203.0.113.10:80", "held 203.0.113.10:80", "ping 10.50.0.10". */
  readonly flow: string;
  readonly expected: FlowEntry["expected"];
  readonly attempt: () => Promise<Flow>;
  /** How often it may be tried until it is as expected; a flow that passes when it must be cut counts at once. */
  readonly tries: number;
}

/** How long one attempt may take, milliseconds: a lost first packet of TCP is sent again after a second. */
export const attemptMs = 1_500;

/** A ping that is answered at all is answered within a few milliseconds here. */
const pingMs = 1_000;

const pauseMs = 300;

/** Returns what was seen last; the journal has it too. */
export async function tryFlow(night: Night, trial: Trial): Promise<FlowEntry["actual"]> {
  let actual: FlowEntry["actual"] = "unknown";
  for (let attempt = 1; attempt <= trial.tries; attempt++) {
    actual = await trial.attempt().catch((): Flow => "unknown");
    const seen = { expected: trial.expected, actual };
    if (asExpected(seen) || leaks(seen)) break;
    if (attempt < trial.tries) await night.runtime.clock.sleep(pauseMs);
  }
  const { segment, phase, flow, expected } = trial;
  // An end that comes meanwhile reconnects at once: what was seen may belong to the time after it.
  if (phase === "isolated" && night.recorder.stop.signal.aborted) return "unknown";
  // Who closes it is asked of the edges: to a probe point, an edge's refusal looks like the far end's.
  const by = actual === "open" || expected === "cut" ? undefined : closedBy(night, segment, flow);
  const seen = expected === "refused" && by !== undefined ? "cut" : actual;
  night.recorder.record({
    ...{ type: "flow", segment, phase, flow, expected, actual: seen },
    ...(by === undefined ? {} : { by }),
  });
  return seen;
}

export async function tryFlows(
  night: Night,
  trials: readonly Trial[],
): Promise<readonly FlowEntry["actual"][]> {
  return Promise.all(trials.map((trial) => tryFlow(night, trial)));
}

/** Every TCP target beyond the hospital's uplinks, once. */
export function uplinkTargets(night: Night): readonly string[] {
  return [...new Set(night.plan.edges.flatMap((edge) => edge.targets))];
}

/** How the backup host could be reached, from every probe point: expected cut, whenever the vault is shut. */
export function vaultTrials(night: Night, phase: Phase): readonly Trial[] {
  // Management addresses keep their way to the host's SSH, always: it is how a window is watched and ended.
  const roles = new Map(night.plan.segments.map(({ name, role }) => [name, role]));
  const outside = [...night.probers].filter(([segment]) => roles.get(segment) !== "management");
  return outside.flatMap(([segment, prober]) =>
    night.plan.backupHost.addresses.flatMap((address): Trial[] => {
      const target = address.includes(":") ? `[${address}]:22` : `${address}:22`;
      const common = { segment, phase, expected: "cut", tries: 3 } as const;
      return [
        { ...common, flow: `tcp ${target}`, attempt: () => prober.tcp(target, attemptMs) },
        { ...common, flow: `ping ${address}`, attempt: () => prober.ping(address, pingMs) },
      ];
    }),
  );
}
