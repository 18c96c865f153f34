/** What must hold after everything that can happen to a window. */
import { deepEqual, equal, ok } from "node:assert/strict";
import type { JournalEntry } from "../../../src/model/journal.ts";
import { bootDeadlines } from "../../../src/window/clocks/deadlines.ts";
import { windowStates } from "../../../src/window/journal/state.ts";
import { fold } from "../../../src/window/journal/status-from-journal.ts";
import { buildReport } from "../../../src/window/report/build.ts";
import { decide } from "../../../src/window/verdict/verdict.ts";
import { allWell, type Truth } from "./truth.ts";
import { plan, type World } from "./world.ts";

export async function check(truth: Truth, world: World): Promise<void> {
  kernel(truth, world);
  deadlines(truth, world);
  // Reading all of it back each time would take most of the test's time.
  if (truth.turn++ % 4 === 0 || truth.over || !world.alive) journal(truth, world);
  if (truth.over) verdict(truth, world);
}

/** By the leases that the kernel holds: no word of the runner counts. */
function kernel(truth: Truth, { clock, edge }: World): void {
  const holds = edge.holds("isolated_if") || edge.holds("isolated_v4") || edge.holds("isolated_v6");
  if (clock.bootMs() >= truth.kernelDeadline) ok(!holds, "a segment is cut past the deadline");
  if (truth.released) ok(!holds, "a segment is cut after the release");
  if (truth.released) ok(!edge.holds("vault_open"), "the vault is open after the release");
}

/** Whatever the wall clock did, a deadline is never later than it was. */
function deadlines(truth: Truth, { recorder, clock }: World): void {
  ok(bootDeadlines(recorder.status, clock).reconnectBy <= truth.deadline, "the deadline moved on");
}

/** The disk alone gives the same status, and the states only go forward. */
function journal(truth: Truth, world: World): void {
  const { recorder } = world;
  const onDisk = world.entries();
  deepEqual(fold(onDisk), recorder.status);
  const states = onDisk.flatMap((entry) =>
    entry.type === "state" ? [windowStates.indexOf(entry.state)] : [],
  );
  ok(
    states.every((state, index) => index === 0 || state >= (states[index - 1] ?? 0)),
    "a state went back",
  );
  const count = (type: JournalEntry["type"]): number => onDisk.filter((entry) => entry.type === type).length;
  ok(count("isolated") <= 1 + count("interrupted"), "isolated twice");
  equal(recorder.status.interruptions.length, count("interrupted"));
  const ends = onDisk.filter(({ type }) => type === "ended").length;
  equal(ends, truth.over ? 1 : 0);
  if (truth.firstCause !== null) equal(recorder.status.causes[0]?.reason, truth.firstCause);
}

/** `ok` is said exactly when all is well and nothing ended the window before its time. */
function verdict(truth: Truth, { recorder, edge }: World): void {
  const { status } = recorder;
  const { result, reasons } = decide(status);
  equal(status.result, result);
  equal(buildReport(status).result, result);
  equal(reasons.length > 0, result !== "ok", `${result}: ${reasons.join("; ")}`);
  const releasedAt = status.edges[0]?.releasedAt ?? null;
  const inTime = releasedAt !== null && Date.parse(releasedAt) <= status.deadlines.reconnectBy;
  const sources = plan.sources.map(({ name }) => name);
  const well = !truth.stopped && allWell(truth, sources, inTime);
  if (result === "ok") ok(well && edge.fence > 0, "ok, and it was not");
  if (well) equal(result, "ok", reasons.join("; "));
}
