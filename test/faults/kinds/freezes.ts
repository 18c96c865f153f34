/** Processes that stand still: restic, the runner for a while, or any of them for `--random`. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Fault, injectableStates } from "../fault.ts";
import { signal, standStill } from "../fault-lab.ts";
import { hosts, victim } from "./random-kills.ts";
import { descendants, runner } from "./runner.ts";

const restic: Fault = {
  name: "restic-stopped",
  states: ["preflight", "backing-up", "verifying"],
  async inject({ lab }) {
    for (let round = 0; round < 100; round++) {
      const all = descendants(lab.processes("backup"), runner(lab));
      const stopped = all.filter(({ command }) => command.startsWith("restic "));
      signal(stopped, "SIGSTOP");
      if (stopped.length > 0) return;
      await sleep(20);
    }
  },
};

const runnerForAWhile: Fault = {
  name: "runner-stopped-10s",
  states: injectableStates,
  inject: ({ lab }) => standStill(runner(lab), 10_000),
};

/** One to five processes stand still for up to 20 s each; `next` gives numbers in [0, 1). */
export function randomFreezes(next: () => number): Fault {
  const freezes = Array.from({ length: 1 + Math.floor(next() * 5) }, () => ({
    host: hosts[Math.floor(next() * hosts.length)] ?? "backup",
    afterMs: Math.floor(next() ** 2 * 6_000),
    forMs: 500 + Math.floor(next() ** 2 * 19_500),
    which: next(),
  }));
  const told = freezes.map(({ host, afterMs, forMs }) => `${host}+${afterMs}for${forMs}`).join(",");
  return {
    name: `freezes(${told})`,
    states: [],
    async inject({ lab }) {
      await Promise.all(
        freezes.map(async ({ host, afterMs, forMs, which }) => {
          await sleep(afterMs);
          await standStill(victim(lab, host, which), forMs);
        }),
      );
    },
  };
}

export const freezeFaults = [restic, runnerForAWhile] as const;
