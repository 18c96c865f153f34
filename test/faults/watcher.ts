/** What goes on in a lab, by packets of our own from inside its segments: all through, independent of jeda. */
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { addresses, type LabHost } from "../../lab/hospital.ts";
import { namespacePath } from "../../lab/machines/namespaces.ts";
import type { ProbeTarget } from "./probe-program.ts";

export interface Attempt {
  /** Epoch milliseconds. */
  readonly began: number;
  readonly ok: boolean;
}

/** Where people sit, by segment. */
export const seats = { clinical: "ward", administrative: "office", guest: "guest" } as const;
export type Seat = (typeof seats)[keyof typeof seats];
export type Flow = "internet" | "health" | "vault";

const program = fileURLToPath(new URL("./probe-program.ts", import.meta.url));

function both(flow: Flow, host: LabHost, port: number, health = false): ProbeTarget[] {
  const { v4, v6 } = addresses(host);
  return [
    { name: `${flow}-v4`, host: v4, port, health },
    { name: `${flow}-v6`, host: v6, port, health },
  ];
}

const targets: Readonly<Record<Seat, readonly ProbeTarget[]>> = {
  ward: [
    ...both("internet", "internet", 80),
    ...both("health", "clinical", 80, true),
    ...both("vault", "backup", 22),
  ],
  office: [...both("internet", "internet", 80), ...both("vault", "backup", 22)],
  guest: [...both("internet", "internet", 80), ...both("vault", "backup", 22)],
};

export class Watcher {
  readonly #children: ChildProcess[] = [];
  readonly #seen = new Map<string, Attempt[]>();

  constructor(labId: string) {
    for (const [seat, list] of Object.entries(targets)) {
      const argv = [process.execPath, "--disable-warning=ExperimentalWarning", program, JSON.stringify(list)];
      const child = spawn("nsenter", [`--net=${namespacePath(labId, seat as Seat)}`, "--", ...argv], {
        stdio: ["ignore", "pipe", "ignore"],
      });
      this.#children.push(child);
      createInterface({ input: child.stdout }).on("line", (line) => {
        const [name = "", began, ok] = line.split(" ");
        this.#list(`${seat} ${name}`).push({ began: Number(began), ok: ok === "1" });
      });
    }
  }

  #list(key: string): Attempt[] {
    const list = this.#seen.get(key) ?? [];
    this.#seen.set(key, list);
    return list;
  }

  /** Attempts of one flow by family, in the order of their beginnings, from a moment on. */
  attempts(seat: Seat, flow: Flow, since: number): Readonly<Record<"v4" | "v6", readonly Attempt[]>> {
    const of = (family: string) =>
      this.#list(`${seat} ${flow}-${family}`)
        .filter(({ began }) => began >= since)
        .toSorted((a, b) => a.began - b.began);
    return { v4: of("v4"), v6: of("v6") };
  }

  forget(): void {
    this.#seen.clear();
  }

  stop(): void {
    for (const child of this.#children) child.kill("SIGTERM");
  }
}
