/** What can happen to a window: its own next step, crashes, resumes, clocks, operators, commands that come late. */
import fc from "fast-check";
import { JedaError } from "../../../src/model/errors.ts";
import { nothingTouched } from "../../../src/window/journal/state.ts";
import { putOff } from "../../../src/window/journal/status-from-journal.ts";
import { causeOf } from "../../../src/window/journal/stop-cause.ts";
import { leaseFor, releaseFence } from "../../../src/window/leases/lease-request.ts";
import { extend, renewAll } from "../../../src/window/steps/grant-extension.ts";
import { look } from "../../../src/window/steps/lease-reconcile.ts";
import { decide } from "../../../src/window/verdict/verdict.ts";
import { check } from "./invariants.ts";
import { takeStep } from "./steps.ts";
import type { Truth } from "./truth.ts";
import { plan, type World } from "./world.ts";

type Command = fc.AsyncCommand<Truth, World>;

function command(
  name: string,
  can: (truth: Truth) => boolean,
  act: (truth: Truth, world: World) => Promise<void> | void,
): Command {
  return {
    check: can,
    async run(truth, world) {
      await act(truth, world);
      await check(truth, world);
    },
    toString: () => name,
  };
}

const always = (): boolean => true;

/** The runner goes one step further; `luck` decides how each thing it tries turns out. */
const step = (luck: number): Command =>
  command(`step(${luck})`, always, async (truth, world) => {
    if (world.alive && !truth.over) await takeStep(truth, world, luck);
  });

const crash = (torn: boolean): Command =>
  command(`crash(${torn ? "torn" : ""})`, always, (_, world) => {
    if (world.alive) world.crash(torn);
  });

const resume = (): Command =>
  command("resume", always, (truth, world) => {
    if (world.alive) return;
    world.resume();
    truth.runners++;
  });

const pass = (ms: number): Command => command(`pass(${ms})`, always, (_, world) => world.clock.pass(ms));
const jump = (ms: number): Command => command(`jump(${ms})`, always, (_, world) => world.clock.jump(ms));

/** An operator aborts, or a signal, or a service past its tolerance. */
const stop = (reason: string): Command =>
  command(`stop(${reason})`, always, (truth, world) => {
    if (!world.alive || truth.over) return;
    const first = world.recorder.stop.request({ result: "aborted", reason });
    if (first) truth.firstCause ??= world.recorder.status.causes[0]?.reason ?? null;
    truth.stopped = true;
  });

/** A command that was sent earlier arrives (again) now, as after a connection that stalled. */
const late = (which: number): Command =>
  command(`late(${which})`, always, async (_, world) => {
    const request = world.sent[which % Math.max(1, world.sent.length)];
    if (request !== undefined) await world.edge.lease(request).catch(() => undefined);
  });

/** The finaliser, from wherever the window stands. */
const finish = (luck: number): Command =>
  command(`finish(${luck})`, always, async (truth, world) => {
    if (!world.alive || truth.over) return;
    const { recorder } = world;
    const touched = !nothingTouched(recorder.status.reached);
    if (!touched && !truth.stopped) return;
    if (recorder.status.state !== "reconnecting") recorder.enter("reconnecting");
    const edge = recorder.status.edges[0];
    if (touched && edge !== undefined) {
      await world.edge.release(releaseFence(edge));
      truth.released = true;
      recorder.record({ type: "released", edge: "edge" });
      truth.vaultShut = luck % 7 !== 0;
      recorder.record({ type: "vault-shut", proved: truth.vaultShut });
      truth.connected = luck % 5 !== 0;
      for (const segment of ["administrative", "guest", "clinical"]) {
        const actual = truth.connected ? "open" : "cut";
        recorder.record({
          type: "flow",
          segment,
          phase: "connected",
          flow: "tcp a",
          expected: "open",
          actual,
        });
      }
    }
    const { result } = decide(recorder.status);
    recorder.record({ type: "ended", result });
    truth.over = true;
  });

const isUnderWay = ({ recorder, alive }: World): boolean =>
  alive && ["backing-up", "verifying", "holding"].includes(recorder.status.state);

/** What a step does when it is stopped by its own discovery. */
function stopBy(truth: Truth, { recorder }: World, error: unknown): void {
  const first = recorder.stop.request(causeOf(error, "the model"));
  if (first) truth.firstCause ??= recorder.status.causes[0]?.reason ?? null;
  truth.stopped = true;
}

/** The guard's look at the edge, as the engine has it. */
const guard = (): Command =>
  command("guard", always, async (truth, world) => {
    if (truth.over || truth.stopped || !isUnderWay(world)) return;
    const night = world.night();
    const [edge] = night.edges;
    const before = world.recorder.status.interruptions.length;
    try {
      if (edge !== undefined) await look(night, edge, world.recorder.stop.signal);
    } catch (error) {
      stopBy(truth, world, error);
    }
    truth.interrupted ||= world.recorder.status.interruptions.length > before;
  });

/** An operator extends; the edge may refuse, or the runner die before the journal has it. */
const lengthen = (ms: number, fate: "granted" | "refused" | "killed"): Command =>
  command(`extend(${ms}, ${fate})`, always, async (truth, world) => {
    if (truth.over || truth.stopped || !isUnderWay(world)) return;
    const { recorder, edge } = world;
    const before = recorder.status.extensions.length;
    edge.before = (called) => {
      if (!called.startsWith("lease")) return;
      if (fate === "refused") throw new JedaError("REFUSED", "the edge says no");
    };
    const asked = { id: `${truth.turn}`, by: "model", reason: "more", addMs: ms, reconnectBy: null };
    const whole = { ...asked, validUntilBootMs: world.clock.bootMs() };
    if (fate === "killed") {
      await halfWay(truth, world, ms);
    } else {
      await extend(world.night(), whole);
      if (recorder.status.extensions.length > before) {
        truth.deadline += ms;
        truth.kernelDeadline = truth.deadline;
      }
    }
    edge.before = () => undefined;
  });

/** The edge holds the longer lease already, the journal does not say so. */
async function halfWay(truth: Truth, world: World, ms: number): Promise<void> {
  const { recorder, edge } = world;
  const { extensions, deadlines, planned, state } = recorder.status;
  const [status] = recorder.status.edges;
  const most = planned.reconnectBy + (plan.maxExtensionMs ?? 0) - deadlines.reconnectBy;
  if (status === undefined || extensions.length > 1 || ms > most || ms < 1_000 || state === "holding") return;
  recorder.record({ type: "extending", request: "half", by: "model", addMs: ms });
  const longer = await edge.renew(leaseFor(putOff(status, ms), "isolation", plan)).catch(() => null);
  if (longer !== null) truth.kernelDeadline = Math.max(truth.kernelDeadline, truth.deadline + ms);
  world.crash(false);
}

const reboot = (): Command => command("reboot of the edge", always, (_, world) => world.edge.reboot());
const flush = (): Command => command("flush by hand", always, (_, world) => world.edge.forget(() => true));

/** The operator's machine releases the edge; no runner is told. */
const releaseFromOutside = (): Command =>
  command("release from outside", always, async (truth, world) => {
    await world.edge.release(0);
    // Before any lease it is no release of this window.
    truth.released ||= world.sent.length > 0;
  });

/** What was saved shows signs of an attack, and the segments are held. */
const anomalous = (): Command =>
  command("anomaly", always, async (truth, world) => {
    const { recorder } = world;
    if (truth.over || truth.stopped || !world.alive || recorder.status.state !== "verifying") return;
    recorder.record({ type: "inspected", source: "office-files", anomalies: ["the canary was changed"] });
    truth.anomaly = true;
    const night = world.night();
    // The wait itself is the virtual time of the other commands.
    night.recorder.enter("holding");
    await world.edge.shut();
    const deadline = world.clock.bootMs() + (plan.onAnomaly?.holdMs ?? 0);
    const addMs = Math.floor(deadline - night.boot.reconnectBy);
    const { deadlines } = recorder.status;
    const held = { ...deadlines, reconnectBy: deadlines.reconnectBy + addMs };
    try {
      await renewAll(night, addMs, { ...night.boot, reconnectBy: night.boot.reconnectBy + addMs });
      recorder.record({ type: "held", addMs, deadlines: held });
      truth.deadline += addMs;
      truth.kernelDeadline = truth.deadline;
    } catch {
      recorder.record({ type: "held", addMs: 0, deadlines });
    }
  });

/** A number with which everything turns out well; without it few windows would ever end ok. */
const goodLuck = 127;
const luck = fc.oneof(
  { weight: 4, arbitrary: fc.constant(goodLuck) },
  { weight: 1, arbitrary: fc.nat(1000) },
);

export const commands = [
  ...Array.from({ length: 16 }, () => luck.map(step)),
  fc.boolean().map(crash),
  fc.constant(null).map(resume),
  fc.constant(null).map(resume),
  fc.nat(40_000).map(pass),
  fc.integer({ min: -7_200_000, max: 7_200_000 }).map(jump),
  fc.constantFrom("an operator", "SIGTERM", "a service").map(stop),
  ...Array.from({ length: 4 }, () => fc.nat(3).map(late)),
  luck.map(finish),
  luck.map(finish),
  fc.constant(null).map(guard),
  fc.constant(null).map(guard),
  fc
    .tuple(
      fc.integer({ min: -5_000, max: 70_000 }),
      fc.constantFrom("granted", "granted", "refused", "killed"),
    )
    .map(([ms, fate]) => lengthen(ms, fate as "granted" | "refused" | "killed")),
  fc.constantFrom(reboot, flush, releaseFromOutside).map((one) => one()),
  fc.constant(null).map(anomalous),
];
