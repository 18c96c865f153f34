/** Puts together what the steps share, from the journal and from what can be reached. */
import type { Saved } from "../../model/driver.ts";
import type { Prober } from "../../model/prober.ts";
import { bootDeadlines } from "../clocks/deadlines.ts";
import type { Runtime } from "../context/ports.ts";
import { Turn } from "../context/serial-queue.ts";
import type { Night, TargetBefore } from "../context/window-context.ts";
import type { Recorder } from "../journal/recorder.ts";
import { wasBefore } from "./preflight/flows.ts";

export function openNight(recorder: Recorder, runtime: Runtime): Night {
  const { status } = recorder;
  const { plan } = status;
  const probers = new Map<string, Prober>();
  for (const { name, probePoint } of plan.segments) {
    if (probePoint !== undefined) probers.set(name, runtime.prober(probePoint));
  }
  return {
    plan,
    extending: false,
    boot: bootDeadlines(status, runtime.clock),
    runtime,
    recorder,
    edges: plan.edges.map((planned) => ({
      planned,
      client: runtime.edge(planned),
      turn: new Turn(),
      heldAt: null,
    })),
    probers,
    before: targetsBefore(recorder),
    siteRows: new Map(),
    held: [],
    isolation: null,
    saved: savedBefore(recorder),
    earlierSnapshots: new Set(status.earlierSnapshots),
  };
}

/** A resumed runner proves the reconnection by the targets as they were before the isolation. */
function targetsBefore(recorder: Recorder): Map<string, readonly TargetBefore[]> {
  const found = new Map<string, readonly TargetBefore[]>();
  for (const { segment, phase, flow, expected, actual, by } of recorder.status.flows) {
    if (phase !== "before" || expected !== "open" || !flow.startsWith("tcp ")) continue;
    const was = wasBefore(actual, by);
    if (was === null) continue;
    found.set(segment, [...(found.get(segment) ?? []), { target: flow.slice("tcp ".length), was }]);
  }
  return found;
}

/** What an earlier runner saved is saved: it is verified from the journal's word and the repository's content. */
function savedBefore(recorder: Recorder): Map<string, Saved> {
  const saved = recorder.status.sources.filter(({ state }) => state === "saved");
  return new Map(
    saved.flatMap(({ name, snapshot, bytes, items, findings, incomplete }): [string, Saved][] =>
      snapshot === null ? [] : [[name, { snapshot, bytes, items, findings, incomplete, detail: null }]],
    ),
  );
}

/** Ends the sessions; never throws. */
export async function closeNight(night: Night): Promise<void> {
  const { repository } = night.runtime;
  const closing = [...night.probers.values(), ...night.edges.map((edge) => edge.client), repository];
  await Promise.allSettled(closing.map((one) => one.close()));
}
