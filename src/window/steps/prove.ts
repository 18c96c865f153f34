/** Proof by packets, from inside every segment: what must be cut is cut, what must be open is open. */
import { JedaError } from "../../model/errors.ts";
import type { Night } from "../context/window-context.ts";
import {
  contradictions,
  flowsOf,
  heldFlow,
  IsolationProof,
  provedIsolated,
} from "../verdict/isolation-proof.ts";
import { attemptMs, type Trial, tryFlow, tryFlows } from "./probe-trials.ts";

/** The runbook's step. @throws JedaError when the isolation is not proved: the vault stays shut. */
export async function proveIsolated(night: Night): Promise<void> {
  if ((await tryToProve(night)) !== null) return;
  throw new JedaError("REFUSED", "an edge lost the isolation while it was being proved", {
    hint: "the vault stays shut and nothing is backed up; the report says which edge, and when",
  });
}

/**
 * New connections of both families and those held open since before must be cut from the isolated segments,
 * and the others must still have what they had. Null when the isolation changed meanwhile: it must be proved anew.
 * @throws JedaError when anything says otherwise.
 */
export async function tryToProve(night: Night): Promise<IsolationProof | null> {
  const begun = IsolationProof.begin(night.recorder.status);
  sayWhatIsLost(night);
  await tryFlows(
    night,
    night.plan.segments.flatMap((segment) =>
      segment.isolate ? cutTrials(night, segment.name) : keptTrials(night, segment.name, "isolated"),
    ),
  );
  const { status } = night.recorder;
  for (const segment of night.plan.segments) {
    // A segment that is never cut can't lose what it never had.
    const flows = flowsOf(status, segment.name, "isolated").filter(
      ({ expected }) => segment.isolate || expected !== "closed",
    );
    const wrong = contradictions(flows).join("; ");
    if (segment.isolate && provedIsolated(status, segment.name) === false) {
      throw new JedaError(
        "REFUSED",
        `the isolation of ${segment.name} could not be proved: ${wrong || "no held connection was seen to be cut"}`,
        {
          hint: "the vault stays shut and nothing is backed up; compare the edge's rules with: pulumi preview",
        },
      );
    }
    if (!segment.isolate && wrong !== "") {
      throw new JedaError(
        "SERVICE",
        `${segment.name} is not to be isolated, but lost a connection: ${wrong}`,
        {
          hint: "everything is reconnected at once",
        },
      );
    }
  }
  night.recorder.stop.signal.throwIfAborted();
  const proof = IsolationProof.of(status, begun);
  if (proof === null) return null;
  night.isolation = proof;
  night.recorder.record({ type: "isolation-proved", segments: proof.segments, untried: proof.untried });
  return proof;
}

/** Every segment is back; waits for each as long as a first packet may take. Never throws. */
export async function proveConnected(night: Night): Promise<void> {
  await Promise.all(
    night.plan.segments.flatMap((segment) =>
      keptTrials(night, segment.name, "connected").map((trial) => tryFlow(night, trial)),
    ),
  );
}

/** What a dead runner had held open and not yet tried is lost with it, and it is said. */
function sayWhatIsLost(night: Night): void {
  const { status } = night.recorder;
  for (const { name } of night.plan.segments.filter((segment) => segment.isolate)) {
    if (night.held.some((held) => held.segment === name)) continue;
    const isHeld = ({ flow }: { readonly flow: string }): boolean => flow.startsWith(heldFlow);
    if (flowsOf(status, name, "isolated").some(isHeld)) continue;
    const before = flowsOf(status, name, "before").filter((flow) => isHeld(flow) && flow.actual === "open");
    for (const flow of new Set(before.map((one) => one.flow))) {
      night.recorder.record({
        type: "flow",
        segment: name,
        phase: "isolated",
        flow,
        expected: "cut",
        actual: "unknown",
      });
    }
  }
}

function cutTrials(night: Night, segment: string): readonly Trial[] {
  const prober = night.probers.get(segment);
  if (prober === undefined) return [];
  const common = { segment, phase: "isolated", tries: 3 } as const;
  const fresh = (night.before.get(segment) ?? []).map(
    ({ target, was }): Trial => ({
      ...common,
      expected: was === "closed" ? "closed" : "cut",
      flow: `tcp ${target}`,
      attempt: () => prober.tcp(target, attemptMs),
    }),
  );
  const held = night.held
    .filter((one) => one.segment === segment)
    .map(
      ({ id, target }): Trial => ({
        ...common,
        expected: "cut",
        flow: `${heldFlow} ${target}`,
        attempt: () => prober.exercise(id, attemptMs),
      }),
    );
  return [...fresh, ...held];
}

/** What was open before must be open, what was refused must at least be refused, what was closed is closed. */
function keptTrials(night: Night, segment: string, phase: "isolated" | "connected"): readonly Trial[] {
  const prober = night.probers.get(segment);
  if (prober === undefined) return [];
  return (night.before.get(segment) ?? []).map(
    ({ target, was }): Trial => ({
      segment,
      phase,
      flow: `tcp ${target}`,
      expected: was,
      attempt: () => prober.tcp(target, attemptMs),
      tries: phase === "connected" ? 10 : 3,
    }),
  );
}
