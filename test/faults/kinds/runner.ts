/** Faults of jeda's own processes on the backup host. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Fault, injectableStates, type Scene, touched } from "../fault.ts";
import { type FaultLab, type HostProcess, running, signal } from "../fault-lab.ts";

export function runner(lab: FaultLab): readonly HostProcess[] {
  return lab.processes("backup").filter(({ command }) => / run --window /.test(command));
}

/** jeda's own, which starts the runner again. */
export function supervisor(lab: FaultLab): readonly HostProcess[] {
  return lab.processes("backup").filter(({ command }) => / supervise --window /.test(command));
}

export function descendants(all: readonly HostProcess[], of: readonly HostProcess[]): readonly HostProcess[] {
  const next = all.filter(({ parent }) => of.some(({ pid }) => pid === parent));
  return next.length === 0 ? [] : [...next, ...descendants(all, next)];
}

const children = (lab: FaultLab) => descendants(lab.processes("backup"), runner(lab));

const killed: Fault = {
  name: "runner-killed",
  states: injectableStates,
  inject: async ({ lab }) => signal(runner(lab), "SIGKILL"),
};

const resumed: Fault = {
  name: "runner-killed-and-armed-again",
  states: injectableStates,
  async inject({ lab, plan }) {
    signal(runner(lab), "SIGKILL");
    await sleep(500);
    await lab.arm(plan);
  },
};

const orphaned: Fault = {
  name: "runner-children-killed",
  states: injectableStates,
  async inject({ lab }) {
    for (let round = 0; round < 5; round++) {
      signal(children(lab), "SIGKILL");
      await sleep(150);
    }
  },
};

const everything: Fault = {
  name: "all-of-jeda-killed",
  states: injectableStates,
  async inject({ lab, killFollower }) {
    killFollower();
    const all = lab.processes("backup");
    const sessions = all.filter(
      ({ command }) => command.startsWith("sshd: ") && !command.includes("listener"),
    );
    signal([...descendants(all, runner(lab)), ...runner(lab), ...sessions], "SIGKILL");
  },
};

const stopped: Fault = {
  name: "runner-stopped-past-the-deadline",
  states: touched,
  reconnectByMs: 40_000,
  async inject({ lab, deadline }) {
    const asleep = runner(lab);
    signal(asleep, "SIGSTOP");
    await sleep(Math.max(0, deadline + 3_000 - Date.now()));
    signal(asleep, "SIGCONT");
  },
};

const withSupervisor: Fault = {
  name: "runner-and-supervisor-killed",
  states: injectableStates,
  inject: async ({ lab }) => signal([...supervisor(lab), ...runner(lab)], "SIGKILL"),
};

/** What restic, ssh and the dump do when they are asked to end is theirs; what it means is jeda's. */
const childrenAsked = (name: string, which: "SIGINT" | "SIGTERM"): Fault => ({
  name,
  states: ["isolated", "backing-up", "verifying"],
  async inject({ lab }) {
    for (let round = 0; round < 5; round++) {
      signal(children(lab), which);
      await sleep(150);
    }
  },
});

const supervisorAsked = (name: string, which: "SIGINT" | "SIGTERM" | "SIGKILL"): Fault => ({
  name,
  states: ["isolated", "backing-up"],
  inject: async ({ lab }) => signal(supervisor(lab), which),
});

const asked = (name: string, which: "SIGINT" | "SIGTERM"): Fault => ({
  name,
  backWithinMs: 5_000,
  states: injectableStates,
  never: (state) => (state === "reconnecting" ? [] : ["ok"]),
  inject: async ({ lab }) => signal(runner(lab), which),
});

const follower = (name: string, which: "SIGINT" | "SIGTERM" | "SIGKILL"): Fault => ({
  name,
  states: ["isolated", "backing-up"],
  inject: async ({ killFollower }: Scene) => killFollower(which),
});

/** The control path itself: nobody can ask the backup host any more, and it goes on. */
const sshdKilled: Fault = {
  name: "backup-sshd-killed",
  states: ["preflight", "isolated", "backing-up"],
  inject: async ({ lab }) => signal(running(lab, "backup", "sshd"), "SIGKILL"),
};

export const runnerFaults = [
  killed,
  resumed,
  orphaned,
  everything,
  stopped,
  asked("runner-sigterm", "SIGTERM"),
  asked("runner-sigint", "SIGINT"),
  withSupervisor,
  childrenAsked("runner-children-sigterm", "SIGTERM"),
  childrenAsked("runner-children-sigint", "SIGINT"),
  supervisorAsked("supervisor-killed", "SIGKILL"),
  supervisorAsked("supervisor-sigterm", "SIGTERM"),
  supervisorAsked("supervisor-sigint", "SIGINT"),
  follower("follower-killed", "SIGKILL"),
  follower("follower-sigterm", "SIGTERM"),
  follower("follower-sigint", "SIGINT"),
  sshdKilled,
] as const;
