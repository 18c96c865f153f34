/** Processes that stand still: restic, the runner for a while, or any of them for `--random`. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { signal } from "../fault-lab.ts";
import { hosts, victims } from "./random-kills.ts";
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
  states: ["preflight", "isolating", "isolated", "backing-up", "verifying", "reconnecting"],
  async inject({ lab }) {
    const stopped = runner(lab);
    signal(stopped, "SIGSTOP");
    await sleep(10_000);
    signal(stopped, "SIGCONT");
  },
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
          const among = victims(lab, host);
          const victim = among[Math.floor(which * among.length)];
          if (victim === undefined) return;
          signal([victim], "SIGSTOP");
          await sleep(forMs);
          signal([victim], "SIGCONT");
        }),
      );
    },
  };
}

export const freezeFaults = [restic, runnerForAWhile] as const;
