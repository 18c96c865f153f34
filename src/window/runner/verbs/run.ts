/** `run`: the process that carries one window out, from its start or, after a crash, from its journal. */
import { existsSync, mkdirSync, readFileSync, rmSync } from "node:fs";
import { ownFirewall } from "../../../host/own-firewall.ts";
import { closeAllSsh } from "../../../host/ssh.ts";
import type { Credentials } from "../../../model/hospital.ts";
import type { WindowResult } from "../../../model/report.ts";
import { type Clock, systemClock } from "../../clocks/clock.ts";
import { bootDeadlines } from "../../clocks/deadlines.ts";
import { thisProcess } from "../../clocks/process-identity.ts";
import { setBrokenAside } from "../../journal/broken-journal.ts";
import { openJournal } from "../../journal/journal-writer.ts";
import { Recorder } from "../../journal/recorder.ts";
import { nothingTouched } from "../../journal/state.ts";
import { mayHold } from "../../leases/lease-may-be-live.ts";
import { runWindow } from "../../run-window.ts";
import { closeNight, openNight } from "../../steps/open-context.ts";
import { exitCodes } from "../../verdict/exit-codes.ts";
import { armAllNext } from "../arming/arm-next.ts";
import { systemRuntime } from "../ports/system-ports.ts";
import { knownJournal, need, type RunnerContext, readCredentials } from "../store/context.ts";
import { hospitalLock, hospitalScope } from "../store/hospital-lock.ts";
import { type Lock, takeLock } from "../store/lock.ts";
import { windowScope } from "../store/lock-scopes.ts";
import { type WindowPlaces, windowPlaces } from "../store/paths.ts";
import { guardHostFirewall } from "../supervision/host-firewall-guard.ts";
import { forgetUnits } from "../supervision/launch.ts";

export async function run(context: RunnerContext): Promise<number> {
  const code = await runToEnd(context);
  forgetUnits(need(context, "window"));
  await armAllNext(context);
  return code;
}

async function runToEnd(context: RunnerContext): Promise<number> {
  const id = need(context, "window");
  const own = windowPlaces(context.places, id);
  const mine = await takeLock(windowScope(context.places.state, id), id);
  const clock = systemClock();
  const broken = existsSync(own.journal) ? setBrokenAside(own.journal, clock.wallMs()) : null;
  knownJournal(context.places, id);
  const journal = openJournal(own.journal);
  // Also behind the end of a window, where a recorder writes nothing any more.
  if (broken !== null) journal.append({ type: "broken", ...broken }, new Recorder(journal, clock).now());
  const recorder = new Recorder(journal, clock);
  try {
    if (recorder.status.result !== null) return exitCodes[recorder.status.result];
    recorder.record({ type: "runner", ...thisProcess(), version: context.version, bootMs: clock.bootMs() });
    const waiting = heedSignals(recorder, own);
    const result = await carryOut(context, { recorder, clock, own, waiting });
    return exitCodes[result];
  } finally {
    rmSync(own.runtime, { recursive: true, force: true });
    journal.close();
    await mine.release();
  }
}

interface Work {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly own: WindowPlaces;
  /** True until the window begins: so long it can be disarmed. */
  readonly waiting: { value: boolean };
}

async function carryOut(context: RunnerContext, work: Work): Promise<WindowResult> {
  const { recorder, clock, own, waiting } = work;
  const { stop } = recorder;
  const { state, reached } = recorder.status;
  const [earlier] = recorder.status.causes;
  if (earlier !== undefined) stop.resume(earlier);
  const start = bootDeadlines(recorder.status, clock).start;
  if (nothingTouched(state)) await clock.sleep(start - clock.bootMs(), stop.signal);
  waiting.value = false;
  const late = !nothingTouched(reached) && !mayHold(recorder, clock);
  const lock = late
    ? await afterOthers(context, work)
    : stop.signal.aborted
      ? null
      : await begin(context, work);
  // A killed runner left option files and sockets behind; its mounts went with its processes.
  rmSync(own.runtime, { recursive: true, force: true });
  mkdirSync(own.runtime, { recursive: true, mode: 0o700 });
  const night = openNight(
    recorder,
    systemRuntime(context, recorder.status.plan.hospital, own, credentialsFor(context, recorder)),
  );
  const over = new AbortController();
  const firewall = ownFirewall();
  const note = (text: string): void => recorder.note(text);
  const guard = firewall === null ? null : guardHostFirewall(firewall, clock, note, over.signal);
  try {
    return await runWindow(night);
  } finally {
    over.abort();
    leaveInTime();
    await guard?.catch(() => undefined);
    await closeNight(night);
    await closeAllSsh();
    await lock?.release();
  }
}

/** Tidying up after the end, milliseconds. */
const tidyMs = 30_000;

/**
 * A runner that can't tidy up (it has no file descriptors left, a child does not die) must not keep the hospital's
 * lock from the next window. Whoever starts it again finds the window ended.
 */
function leaveInTime(): void {
  const leave = (): never => {
    console.error(
      `the window is over, and what it used could not be put away in ${tidyMs / 1000} s: leaving it`,
    );
    return process.exit(1);
  };
  setTimeout(leave, tidyMs).unref();
}

/** Its release would end another window that is under way, and no kernel holds anything of its own any more. */
async function afterOthers(context: RunnerContext, { recorder, clock }: Work): Promise<Lock> {
  const { plan } = recorder.status;
  return hospitalLock(hospitalScope(context.places.state, plan.hospital), plan.id, clock, Infinity);
}

/** Null when another window holds the hospital: then this one doesn't begin. Reconnecting waits for no lock. */
async function begin(context: RunnerContext, { recorder, clock }: Work): Promise<Lock | null> {
  const { plan, state } = recorder.status;
  try {
    return await hospitalLock(hospitalScope(context.places.state, plan.hospital), plan.id, clock);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (nothingTouched(state)) recorder.stop.request({ result: "failed", reason });
    return null;
  }
}

/** Without credentials nothing is begun, but what was begun is ended: edges are not reached by passwords. */
function credentialsFor(context: RunnerContext, recorder: Recorder): Credentials {
  try {
    return readCredentials(context.places);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    if (nothingTouched(recorder.status.state)) recorder.stop.request({ result: "failed", reason });
    return {};
  }
}

/** SIGTERM and SIGINT abort the window through its finaliser; SIGUSR1 takes one back that has not begun. */
function heedSignals(recorder: Recorder, own: WindowPlaces): { value: boolean } {
  const waiting = { value: true };
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.on(signal, () => {
      const reason = askedBy(own) ?? `the runner was sent ${signal}`;
      recorder.stop.request({ result: asked(recorder), reason });
    });
  }
  process.on("SIGHUP", () => undefined);
  process.on("SIGUSR1", () => {
    if (waiting.value)
      recorder.stop.request({ result: "aborted", reason: askedBy(own) ?? "it was disarmed" });
  });
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error: unknown) => {
      console.error(error);
      const message = error instanceof Error ? error.message : String(error);
      recorder.stop.request({ result: "failed", reason: `a fault in the runner: ${message}` });
    });
  }
  // Asked while no runner was alive to be told.
  const earlier = askedBy(own);
  if (earlier !== null) recorder.stop.request({ result: asked(recorder), reason: earlier });
  return waiting;
}

/** Releasing segments that are held is how a hold is meant to end; its work was done before. */
function asked(recorder: Recorder): "aborted" | "partial" {
  return recorder.status.state === "holding" ? "partial" : "aborted";
}

function askedBy(own: WindowPlaces): string | null {
  try {
    const {
      by,
      reason,
      verb = "aborted",
    } = JSON.parse(readFileSync(own.abortRequest, "utf8")) as Record<string, string>;
    return `${verb} by ${by}: ${reason}`;
  } catch {
    return null;
  }
}
