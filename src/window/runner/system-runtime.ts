/** The window's runtime on a real backup host: the one file that joins the window to the world. */
import { writeFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { execa } from "execa";
import { run } from "../../backup/command.ts";
import { driverFor } from "../../backup/driver-for.ts";
import { countStored } from "../../backup/records.ts";
import { check, requireNewRestic } from "../../backup/restic.ts";
import { resticFor } from "../../backup/restic-call.ts";
import { resticFailure } from "../../backup/restic-failure.ts";
import type { TaggedSnapshot } from "../../backup/snapshot-identity.ts";
import { sshEdge } from "../../host/edge-client.ts";
import type { BackupContext } from "../../model/driver.ts";
import type { Credentials } from "../../model/hospital.ts";
import { sshProber } from "../../probe/ssh-prober.ts";
import { systemClock } from "../clock.ts";
import { pastRuns } from "../estimate.ts";
import { lastGood } from "../last-good.ts";
import type { WindowPlaces } from "../places.ts";
import type { RepositoryPort, Runtime } from "../runtime.ts";
import type { RunnerContext } from "./context.ts";
import { takeRequest } from "./extension-request.ts";
import { knownWindows } from "./known-windows.ts";

/** Milliseconds for one call of an edge's script; it answers within a few hundred. */
const edgeCallMs = 15_000;

export function systemRuntime(
  context: Pick<RunnerContext, "version" | "places">,
  hospital: string,
  own: WindowPlaces,
  credentials: Credentials,
): Runtime {
  const known = () => knownWindows(context.places, () => undefined).map(({ status }) => status);
  return {
    clock: systemClock(),
    version: context.version,
    credentials,
    runtimeDir: own.runtime,
    repository: resticRepository,
    log: (line) => console.error(line),
    past: () => pastRuns(known(), hospital),
    edge: ({ name, ssh }) => sshEdge({ name, ssh: { window: ssh } }, "window", { timeoutMs: edgeCallMs }),
    prober: (destination) => sshProber(destination),
    driver: driverFor,
    countStored,
    tell: async ([program = "", ...words], text, signal) => {
      await execa(program, words, { input: text, cancelSignal: signal, stdout: "ignore", stderr: "pipe" });
    },
    lastGood: (source) => lastGood(known(), hospital, source),
    nextExtension: () => takeRequest(own),
    store: (report) => writeFileSync(own.report, report, { mode: 0o600 }),
  };
}

const resticRepository: RepositoryPort = {
  ready: requireNewRestic,
  snapshots: listSnapshots,
  check: async (context, readPercent) => {
    await check(await resticFor(context), readPercent);
    return [`the repository is sound; ${readPercent}% of its data was read`];
  },
  freeBytes: async ({ path }) => {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  },
};

async function listSnapshots(context: BackupContext): Promise<readonly TaggedSnapshot[]> {
  const { base, path } = await resticFor(context);
  const listed = await run({
    file: "restic",
    args: [...base, "snapshots", "--no-lock"],
    signal: context.signal,
  });
  const failure = resticFailure("Listing the snapshots", path, { ...listed, message: listed.stderr });
  if (failure !== null) throw failure;
  const found = JSON.parse(listed.stdout) as readonly {
    readonly id: string;
    readonly tags?: readonly string[];
  }[];
  return found.map(({ id, tags = [] }) => ({ id, tags }));
}
