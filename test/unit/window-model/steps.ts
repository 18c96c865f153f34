/** The next step of a window, written down as the engine's steps write it; luck decides what they find. */

import { nothingTouched } from "../../../src/window/journal/state.ts";
import { leaseFor } from "../../../src/window/leases/lease-request.ts";
import type { Truth } from "./truth.ts";
import { plan, type World } from "./world.ts";

const isolated = plan.segments.filter((segment) => segment.isolate).map(({ name }) => name);

export async function takeStep(truth: Truth, world: World, luck: number): Promise<void> {
  const { recorder } = world;
  if (recorder.stop.signal.aborted) return;
  const { state, runners } = recorder.status;
  // Who died after the isolation is followed by one that only reconnects: the shortest way that every rule allows.
  if (runners.length > 1 && !nothingTouched(state)) {
    const first = recorder.stop.request({ result: "failed", reason: "a runner died" });
    if (first) truth.firstCause ??= recorder.status.causes[0]?.reason ?? null;
    truth.stopped = true;
    return;
  }
  switch (state) {
    case "armed":
      return recorder.enter("preflight");
    case "preflight":
      return preflight(world);
    case "isolating":
      return isolate(world);
    case "isolated":
      return prove(truth, world, luck);
    case "backing-up":
      return backUp(truth, world, luck);
    case "verifying":
      return verify(truth, world, luck);
    default:
  }
}

async function preflight(world: World): Promise<void> {
  const { recorder, edge } = world;
  const clock = await edge.clock();
  recorder.record({ type: "edge-clock", edge: "edge", clock, reconnectByBootMs: world.edgeDeadline() });
  recorder.enter("isolating");
}

async function isolate(world: World): Promise<void> {
  const { recorder, edge } = world;
  const status = recorder.status.edges[0];
  if (status === undefined) return;
  const request = leaseFor(status, "isolation", plan);
  world.sent.push(request);
  try {
    const { timeoutMs } = await edge.lease(request);
    recorder.record({ type: "isolated", edge: "edge", segments: isolated, timeoutMs });
    recorder.enter("isolated");
  } catch (error) {
    recorder.stop.request({ result: "failed", reason: String(error) });
  }
}

function prove(truth: Truth, { recorder }: World, luck: number): void {
  const actual = luck % 6 === 0 ? "open" : luck % 11 === 0 ? "unknown" : "cut";
  for (const segment of isolated) {
    for (const flow of ["tcp a", "held a"]) {
      recorder.record({ type: "flow", segment, phase: "isolated", flow, expected: "cut", actual });
    }
  }
  truth.isolationProved = actual === "cut";
  recorder.enter("backing-up");
}

async function backUp(truth: Truth, world: World, luck: number): Promise<void> {
  const { recorder, edge } = world;
  const status = recorder.status.edges[0];
  if (status === undefined) return;
  const request = leaseFor(status, "vault", plan);
  world.sent.push(request);
  try {
    const { timeoutMs } = await edge.lease(request);
    recorder.record({ type: "vault-open", edge: "edge", timeoutMs });
  } catch (error) {
    recorder.stop.request({ result: "failed", reason: String(error) });
    return;
  }
  for (const [index, { name }] of plan.sources.entries()) {
    const saved = (luck >> index) % 4 !== 0;
    truth.saved.set(name, saved);
    const numbers = { bytes: 3, items: 3, durationMs: 1 };
    if (saved)
      recorder.record({
        type: "source-saved",
        source: name,
        snapshot: `s${index}`,
        findings: [],
        ...numbers,
      });
    else recorder.record({ type: "source-failed", source: name, reason: "bad luck", durationMs: 1 });
  }
  recorder.enter("verifying");
}

function verify(truth: Truth, { recorder }: World, luck: number): void {
  for (const [index, { name }] of plan.sources.entries()) {
    if (truth.saved.get(name) !== true || truth.verified.has(name)) continue;
    const verified = (luck >> index) % 5 !== 0;
    truth.verified.set(name, verified);
    recorder.record({ type: "source-verified", source: name, verified, findings: [] });
  }
  truth.lost = luck % 9 === 0 ? 1 : 0;
  truth.counted = true;
  recorder.record({
    type: "records",
    records: { sent: 2, acknowledged: 2, stored: 2 - truth.lost, lost: truth.lost },
  });
}
