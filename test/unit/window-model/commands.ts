/** What can happen to a window: its own next step, crashes, resumes, clocks, operators, commands that come late. */
import fc from "fast-check";
import { releaseFence } from "../../../src/window/leases.ts";
import { nothingTouched } from "../../../src/window/state.ts";
import { decide } from "../../../src/window/verdict.ts";
import { check } from "./invariants.ts";
import { takeStep } from "./steps.ts";
import type { Truth } from "./truth.ts";
import type { World } from "./world.ts";

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
];
