/**
 * The engine: runs the runbook's steps one after another, and its `finally` steps on every path. Whatever goes
 * wrong becomes the reason why the window ended; the first one wins.
 */
import type { WindowResult } from "../model/report.ts";
import type { Step } from "../model/runbook.ts";
import { watchServices } from "../probe/watch.ts";
import { unlessStopped } from "./clocks/clock.ts";
import { type Night, stopAt } from "./context/window-context.ts";
import { nothingTouched } from "./journal/state.ts";
import { causeOf } from "./journal/stop-cause.ts";
import { buildReport } from "./report/build.ts";
import { backup } from "./steps/backup/backup.ts";
import { countRecords } from "./steps/backup/records.ts";
import { verify } from "./steps/backup/verify.ts";
import { heedOperators } from "./steps/grant-extension.ts";
import { hold } from "./steps/hold.ts";
import { isolate } from "./steps/isolate.ts";
import { guardLeases } from "./steps/lease-guard.ts";
import { lastLook } from "./steps/lease-reconcile.ts";
import { tellBegin, tellEnd } from "./steps/notices.ts";
import { preflight } from "./steps/preflight/preflight.ts";
import { proveConnected, proveIsolated } from "./steps/prove.ts";
import { takeUp } from "./steps/resume.ts";
import { shutAndReconnect } from "./steps/shut-and-reconnect.ts";
import { decide } from "./verdict/verdict.ts";

/** A window that kills its runners (memory, a broken disk) is not tried for ever. */
const mostTakenUp = 5;

/** Resolves with the result; everything is in the journal and the report stored. Never rejects. */
export async function runWindow(night: Night): Promise<WindowResult> {
  const { recorder } = night;
  const { state, causes } = recorder.status;
  if (causes[0] !== undefined) recorder.stop.resume(causes[0]);
  const watching = new AbortController();
  const guarding = new AbortController();
  let watch: Promise<void> = Promise.resolve();
  const deadline = giveUpAtDeadline(night);
  if (nothingTouched(state)) {
    for (const step of night.plan.runbook.steps) {
      if (!(await attempt(night, step))) break;
      if (step.kind === "preflight") watch = watchAll(night, watching.signal);
      if (step.kind === "isolate") {
        void tellBegin(night);
        void guardLeases(night, guarding.signal);
        void heedOperators(night, guarding.signal);
      }
    }
    if (!recorder.stop.signal.aborted) await countRecords(night);
  } else {
    watch = watchAll(night, watching.signal);
    if (state !== "reconnecting") await goOn(night, guarding.signal);
  }
  await hold(night);
  deadline.done();
  await lastLook(night);
  guarding.abort();
  await finish(night);
  if (!nothingTouched(recorder.status.reached)) await tellEnd(night);
  watching.abort();
  await watch;
  return end(night);
}

/** The kernels have reconnected by then: a step that still waits for something must not keep the window from its end. */
function giveUpAtDeadline(night: Night): { done(): void } {
  const { recorder } = night;
  const passed = stopAt(night, () => night.boot.reconnectBy);
  const giveUp = (): void => {
    const reason = `the deadline came while the window was still ${recorder.status.state}`;
    recorder.stop.request({ result: "failed", reason });
  };
  passed.late.addEventListener("abort", giveUp, { once: true });
  return passed;
}

/** After a crash: what the journal and the edges say still stands is kept, what was not done yet is done. */
async function goOn(night: Night, guarding: AbortSignal): Promise<void> {
  const { stop, status } = night.recorder;
  if (stop.signal.aborted) return;
  if (status.takenUp > mostTakenUp) {
    const reason = `${status.takenUp} runners died in this window; the last one only reconnects`;
    stop.request({ result: "failed", reason });
    return;
  }
  night.recorder.note(
    `a new runner has taken the window up; the one before it died while it was ${status.state}`,
  );
  const left = status.state === "holding" ? [] : night.plan.runbook.steps.filter(isLeft);
  const steps: readonly (Step | "take up")[] = ["take up", ...left];
  for (const step of steps) {
    if (!(await attempt(night, step))) break;
    if (step !== "take up") continue;
    void guardLeases(night, guarding);
    void heedOperators(night, guarding);
  }
  if (!stop.signal.aborted && left.length > 0) await countRecords(night);
}

function isLeft({ kind }: Step): boolean {
  return kind !== "preflight" && kind !== "isolate";
}

/** Whether the next step may follow. */
async function attempt(night: Night, step: Step | "take up"): Promise<boolean> {
  const { stop } = night.recorder;
  if (stop.signal.aborted) return false;
  try {
    await unlessStopped(step === "take up" ? takeUp(night) : execute(night, step), stop.signal);
  } catch (error) {
    stop.request(causeOf(error, step === "take up" ? step : step.kind));
  }
  return !stop.signal.aborted;
}

function execute(night: Night, step: Step): Promise<void> {
  switch (step.kind) {
    case "preflight":
      return preflight(night);
    case "isolate":
      return isolate(night);
    case "prove":
      return step.state === "isolated" ? proveIsolated(night) : proveConnected(night);
    case "backup":
      return backup(night, step);
    case "verify":
      return verify(night, step);
    case "shut-and-reconnect":
      return shutAndReconnect(night);
    case "report":
      // Written when the window has ended, so that it is whole.
      return Promise.resolve();
  }
}

/** Every step of `finally` runs, also when one before it failed. Reconnecting is always the first. */
async function finish(night: Night): Promise<void> {
  const reconnect: Step = { kind: "shut-and-reconnect" };
  const others = night.plan.runbook.finally.filter((step) => step.kind !== reconnect.kind);
  for (const step of [reconnect, ...others]) {
    if (step.kind === "prove" && nothingTouched(night.recorder.status.reached)) continue;
    try {
      await execute(night, step);
    } catch (error) {
      const { reason } = causeOf(error, step.kind);
      night.recorder.record({ type: "reason", result: "failed", reason });
    }
  }
}

function end(night: Night): WindowResult {
  const { recorder, runtime } = night;
  const { result } = decide(recorder.status);
  recorder.record({ type: "ended", result });
  try {
    runtime.store(`${JSON.stringify(buildReport(recorder.status), null, 2)}\n`);
  } catch (error) {
    // The journal is enough to rebuild it.
    runtime.log(`the report could not be written: ${error instanceof Error ? error.message : error}`);
  }
  return result;
}

function watchAll(night: Night, signal: AbortSignal): Promise<void> {
  const { clock } = night.runtime;
  return watchServices(
    night.plan.services,
    night.probers,
    {
      sleep: (ms, until) => clock.sleep(ms, until),
      now: () => night.recorder.now(),
      record: (body) => night.recorder.record(body),
      alarm: (reason) => night.recorder.stop.request({ result: "aborted", reason }),
    },
    signal,
  );
}
