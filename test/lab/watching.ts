/** What goes on around a window, seen from outside: packets from inside the segments, and the edge's kernel. */
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { addresses, type LabHost } from "../../lab/hospital.ts";
import type { Attempt, Target } from "./packets.ts";
import type { WindowLab } from "./window-lab.ts";

const packets = fileURLToPath(new URL("./packets.ts", import.meta.url));

export interface Watch<T> {
  readonly seen: readonly T[];
  stop(): Promise<void>;
}

/** Tries the targets from a host until stopped. */
export function tryFrom(lab: WindowLab, host: LabHost, targets: readonly Target[]): Watch<Attempt> {
  const seen: Attempt[] = [];
  const argv = [process.execPath, "--disable-warning=ExperimentalWarning", packets, JSON.stringify(targets)];
  return watch(lab.inNetwork(host, argv), seen, (line) => JSON.parse(line) as Attempt);
}

export interface KernelEvent {
  /** Wall clock, milliseconds. */
  readonly at: number;
  /** "add element inet jeda_window isolated_if { … }" and the like. */
  readonly text: string;
}

/** Every change of a set's elements on the edge, told by its kernel. Expiries are not among them. */
export function watchElements(lab: WindowLab): Watch<KernelEvent> {
  const seen: KernelEvent[] = [];
  return watch(lab.inNetwork("edge", ["nft", "monitor", "elements"]), seen, (text) => ({
    at: Date.now(),
    text,
  }));
}

function watch<T>(child: ReturnType<WindowLab["inNetwork"]>, seen: T[], read: (line: string) => T): Watch<T> {
  const lines = createInterface({ input: child.stdout });
  lines.on("line", (line) => seen.push(read(line)));
  return {
    seen,
    async stop() {
      child.kill("SIGTERM");
      await child;
    },
  };
}

/** What gets through to the backup host from outside of the control path: by SSH or ping, IPv4 or IPv6. */
export async function reachesBackup(lab: WindowLab): Promise<readonly string[]> {
  const { v4, v6 } = addresses("backup");
  const from = ["ward", "office", "administrative", "guest", "internet", "clinical"] as const;
  const tries = from.flatMap((host) =>
    [v4, v6].flatMap((address) => [
      {
        host,
        what: `tcp ${address}`,
        argv: ["timeout", "2", "bash", "--norc", "-c", `</dev/tcp/${address}/22`],
      },
      { host, what: `ping ${address}`, argv: ["ping", "-c", "2", "-i", "0.3", "-W", "1", address] },
    ]),
  );
  const through = await Promise.all(
    tries.map(async ({ host, what, argv }) => {
      const { exitCode } = await lab.inNetwork(host, argv);
      return exitCode === 0 ? [`${what} from ${host}`] : [];
    }),
  );
  return through.flat();
}
