/** Any process of jeda's, of Pulumi's or of the hosts they use, killed at any moment; for `--random` alone. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Fault } from "../fault.ts";
import { type FaultLab, type HostProcess, signal } from "../fault-lab.ts";

export const hosts = ["backup", "backup", "edge", "ops"] as const;

interface Kill {
  readonly host: (typeof hosts)[number];
  /** Milliseconds after the kill before. */
  readonly afterMs: number;
  /** Which of the host's processes, in [0, 1). */
  readonly which: number;
}

/** One of the host's processes, by a number in [0, 1); none where there are none. Not the host itself (its first process, and what stands in for its service manager), nor those who watch. */
export function victim(lab: FaultLab, host: Kill["host"], which: number): readonly HostProcess[] {
  const among = lab
    .processes(host)
    .filter(
      ({ command }) => !/\/etc\/lab\/start|init\.sh|probe-program|^sleep |^unshare |^nsenter /.test(command),
    );
  const at = Math.floor(which * among.length);
  return among.slice(at, at + 1);
}

/** One to five kills; `next` gives numbers in [0, 1). */
export function randomKills(next: () => number): Fault {
  const kills = Array.from({ length: 1 + Math.floor(next() * 5) }, (): Kill => {
    const host = hosts[Math.floor(next() * hosts.length)] ?? "backup";
    return { host, afterMs: Math.floor(next() ** 2 * 6_000), which: next() };
  });
  const told = kills.map(({ host, afterMs }) => `${host}+${afterMs}`).join(",");
  return {
    name: `kills(${told})`,
    states: [],
    async inject({ lab }) {
      for (const { host, afterMs, which } of kills) {
        await sleep(afterMs);
        signal(victim(lab, host, which), "SIGKILL");
      }
    },
  };
}
