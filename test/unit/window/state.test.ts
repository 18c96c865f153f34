import { deepEqual, equal, ok, throws } from "node:assert/strict";
import fc from "fast-check";
import type { WindowState } from "../../../src/model/journal.ts";
import { advance, canAdvance, nothingTouched, windowStates } from "../../../src/window/journal/state.ts";
import { causeOf, Stop, type StopCause } from "../../../src/window/journal/stop-cause.ts";

const anyState = fc.constantFrom(...windowStates);

describe("the states of a window", () => {
  it("only ever move forward", () => {
    fc.assert(
      fc.property(anyState, anyState, (from, to) => {
        if (!canAdvance(from, to)) {
          throws(() => advance(from, to), /a window can't move from/);
          return;
        }
        equal(advance(from, to), to);
        ok(windowStates.indexOf(to) >= windowStates.indexOf(from));
      }),
    );
  });

  it("lead to the reconnection from everywhere, and to the end only through it", () => {
    for (const state of windowStates) {
      if (state === "planned" || state === "ended") continue;
      ok(canAdvance(state, "reconnecting"), state);
      equal(canAdvance(state, "ended"), state === "reconnecting", state);
    }
  });

  it("end every random walk that goes on moving", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 30, maxLength: 60 }), (choices) => {
        let state: WindowState = "planned";
        for (const choice of choices) {
          const onward: readonly WindowState[] = windowStates.filter(
            (to) => to !== state && canAdvance(state, to),
          );
          const next: WindowState | undefined = onward[choice % Math.max(1, onward.length)];
          if (next === undefined) break;
          ok(!nothingTouched(next) || nothingTouched(state), "what was touched stays touched");
          state = next;
        }
        equal(state, "ended");
      }),
    );
  });
});

describe("why a window stops", () => {
  it("is recorded once: the first reason wins", () => {
    const cause = fc.record({
      result: fc.constantFrom<StopCause["result"]>("partial", "failed", "aborted", "skipped"),
      reason: fc.string({ minLength: 1 }),
    });
    fc.assert(
      fc.property(fc.array(cause, { minLength: 1 }), (causes) => {
        const recorded: StopCause[] = [];
        const stop = new Stop((one) => recorded.push(one));
        const accepted = causes.map((one) => stop.request(one));
        deepEqual(recorded, [causes[0]]);
        deepEqual(stop.cause, causes[0]);
        equal(accepted.filter(Boolean).length, 1);
        ok(stop.signal.aborted);
      }),
    );
  });

  it("says what was being done when something unexpected is thrown", () => {
    deepEqual(causeOf(new Error("gone"), "isolate"), { result: "failed", reason: "isolate: gone" });
  });
});
