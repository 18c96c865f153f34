/** The window's runtime on a real backup host: the one file that joins the window to the world. */
import { writeFileSync } from "node:fs";
import { execa } from "execa";
import { driverFor } from "../../../backup/driver-for.ts";
import { countStored } from "../../../backup/mariadb/records.ts";
import { sshEdge } from "../../../host/edge-client.ts";
import type { Credentials } from "../../../model/hospital.ts";
import { sshProber } from "../../../probe/ssh-prober.ts";
import { systemClock } from "../../clocks/clock.ts";
import type { Runtime } from "../../context/ports.ts";
import { lastGood } from "../../verdict/baseline-snapshot.ts";
import { pastRuns } from "../../verdict/past-runs.ts";
import type { RunnerContext } from "../store/context.ts";
import { takeRequest } from "../store/extension-request.ts";
import { zoneDoubt } from "../store/host-zone.ts";
import type { WindowPlaces } from "../store/paths.ts";
import { knownWindows } from "../store/window-store.ts";
import { resticRepository } from "./restic-repository.ts";

/** Milliseconds for one call of an edge's script; it answers within a few hundred. */
const edgeCallMs = 15_000;

export function systemRuntime(
  context: Pick<RunnerContext, "version" | "places">,
  hospital: string,
  own: WindowPlaces,
  credentials: Credentials,
): Runtime {
  const known = () => knownWindows(context.places, () => undefined).map(({ status }) => status);
  const log = (line: string): void => console.error(line);
  return {
    clock: systemClock(),
    version: context.version,
    credentials,
    runtimeDir: own.runtime,
    repository: resticRepository(own.runtime, log),
    log,
    past: () => pastRuns(known(), hospital),
    edge: ({ name, ssh }) => sshEdge({ name, ssh: { window: ssh } }, "window", { timeoutMs: edgeCallMs }),
    prober: (destination) => sshProber(destination),
    driver: driverFor,
    countStored,
    tell: async ([program = "", ...words], text, signal) => {
      await execa(program, words, { input: text, cancelSignal: signal, stdout: "ignore", stderr: "pipe" });
    },
    lastGood: (source) => lastGood(known(), hospital, source),
    zoneDoubt,
    nextExtension: () => takeRequest(own),
    store: (report) => writeFileSync(own.report, report, { mode: 0o600 }),
  };
}
