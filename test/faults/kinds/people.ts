/** What people do in the middle of a window: abort it, start it twice, change its plan. */
import type { WindowPlan } from "../../../src/model/plan.ts";
import { type Fault, injectableStates } from "../fault.ts";
import type { FaultLab } from "../fault-lab.ts";

/** At a random moment the window may be over already; then the hospital is free for another one. */
const isOver = (lab: FaultLab, { id }: WindowPlan): boolean => lab.journal(id).at(-1)?.type === "ended";

const aborted: Fault = {
  backWithinMs: 5_000,
  name: "aborted-by-an-operator",
  states: injectableStates,
  never: (state) => (state === "reconnecting" ? [] : ["ok"]),
  inject: async ({ lab, plan }) =>
    void (await lab.jeda(["window", "abort", "--id", plan.id, "--reason", "the fault matrix asked for it"])),
};

const twice: Fault = {
  name: "started-twice-at-once",
  states: ["preflight", "isolating", "backing-up"],
  async inject({ lab, plan }) {
    if (isOver(lab, plan)) return;
    const other: WindowPlan = { ...plan, id: `${plan.id}-other` };
    const [first, second, overlapping] = await Promise.all([lab.arm(plan), lab.arm(plan), lab.arm(other)]);
    const codes = [first.exitCode, second.exitCode, overlapping.exitCode];
    if (codes[0] !== 0 || codes[1] !== 0) throw new Error(`arming again: ${first.all} ${second.all}`);
    if (codes[2] === 0 && !isOver(lab, plan)) throw new Error("a second, overlapping window was armed");
  },
};

const changed: Fault = {
  name: "plan-changed-mid-window",
  states: ["isolated", "backing-up"],
  async inject({ lab, plan }) {
    const schedule = { ...plan.schedule, reconnectByMs: plan.schedule.reconnectByMs + 120_000 };
    await lab.arm({ ...plan, schedule, sources: [] });
  },
};

/** Another stack that describes the same hospital, and wants a window of its own now. */
const otherStack: Fault = {
  name: "another-stack-for-the-same-hospital",
  states: ["preflight", "backing-up"],
  async inject({ lab, plan }) {
    if (isOver(lab, plan)) return;
    const runbook = { ...plan.runbook, name: "another" };
    const { exitCode } = await lab.arm({ ...plan, id: `${plan.id}-stack`, runbook, sources: [] });
    if (exitCode === 0 && !isOver(lab, plan))
      throw new Error("a second window of the same hospital was armed");
  },
};

export const peopleFaults = [aborted, twice, otherStack, changed] as const;
