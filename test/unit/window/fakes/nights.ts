/** Many nights of one hospital whose sources are quick or slow in truth: what each night did, by jeda's own steps. */

import type { PastRun } from "../../../../src/estimate/duration.ts";
import { JedaError } from "../../../../src/model/errors.ts";
import type { Source } from "../../../../src/model/hospital.ts";
import type { Night } from "../../../../src/window/context/window-context.ts";
import type { WindowStatus } from "../../../../src/window/journal/status.ts";
import { backup } from "../../../../src/window/steps/backup/backup.ts";
import { openNight } from "../../../../src/window/steps/open-context.ts";
import { pastRuns } from "../../../../src/window/verdict/past-runs.ts";
import { FakeHospital } from "./hospital.ts";
import { plan } from "./plan.ts";

/** What is true of a source, and what it tells of itself. */
export interface Truth {
  readonly source: Source;
  /** How long it takes that night, milliseconds; null when it can't be reached. */
  readonly takesMs: (night: number) => number | null;
  /** What its survey lists. */
  readonly lists: (night: number) => number;
  /** What is saved of that: a dump is smaller than data and indexes. */
  readonly savedShare: number;
  /** What share of it is saved after that share of its time. */
  readonly done: (share: number, savedBefore: boolean) => number;
}

export interface PlayedNight {
  /** What was known before. */
  readonly past: readonly PastRun[];
  /** In the order in which they were begun. */
  readonly begun: readonly { readonly name: string; readonly leftMs: number }[];
  readonly saved: ReadonlySet<string>;
  readonly putOff: ReadonlySet<string>;
  readonly endedWithMs: number;
}

/** A source tells so often how far it is. */
const toldEveryMs = 14_000;

export async function play(
  truths: readonly Truth[],
  { nights, lengthMs, parallel }: { nights: number; lengthMs: number; parallel: number },
): Promise<readonly PlayedNight[]> {
  const played: PlayedNight[] = [];
  const windows: WindowStatus[] = [];
  const order: WindowStatus["plan"] = {
    ...plan,
    sources: truths.map(({ source }) => source),
    services: [],
    maxIsolationMs: 2 * lengthMs,
    schedule: {
      start: "arm",
      startCutoffMs: 60_000,
      backupStopMs: lengthMs,
      reconnectByMs: lengthMs + 60_000,
    },
  };
  let before: FakeHospital | undefined;
  for (let night = 0; night < nights; night++) {
    const hospital: FakeHospital = new FakeHospital(order, undefined, before);
    const past = pastRuns(windows, plan.hospital);
    hospital.past = past;
    const begun: { name: string; leftMs: number }[] = [];
    const left = (): number => hospital.deadlines.backupStop - hospital.clock.wallMs();
    hospital.drivers = Object.fromEntries(
      truths.map((truth) => [truth.source.name, driver(truth, { hospital, night, begun, left })]),
    );
    hospital.recorder.record({ type: "state", state: "isolated" });
    const opened: Night = { ...openNight(hospital.recorder, hospital.runtime()), edges: [] };
    // The proof is another test's concern.
    opened.isolation = { stands: () => true } as unknown as Night["isolation"];
    await backup(opened, { kind: "backup", sources: "all", parallel });
    const { status } = hospital.recorder;
    windows.push(status);
    played.push({
      past,
      begun,
      saved: new Set(status.sources.filter(({ state }) => state === "saved").map(({ name }) => name)),
      putOff: new Set(
        status.notes.flatMap((note) => (note.includes(": put off: ") ? [note.split(":")[0] ?? ""] : [])),
      ),
      endedWithMs: left(),
    });
    before = hospital;
    await hospital.clock.sleep(Math.max(0, left()) + 3_600_000);
  }
  return played;
}

interface Tonight {
  readonly hospital: FakeHospital;
  readonly night: number;
  readonly begun: { name: string; leftMs: number }[];
  readonly left: () => number;
}

function driver(truth: Truth, { hospital, night, begun, left }: Tonight): FakeHospital["drivers"][string] {
  const takesMs = truth.takesMs(night);
  const bytes = truth.lists(night);
  const total = bytes * truth.savedShare;
  const savedBefore = hospital.past.some(({ source, saved }) => saved && source === truth.source.name);
  return {
    survey: async () => {
      begun.push({ name: truth.source.name, leftMs: left() });
      if (takesMs !== null) return { items: 1, bytes, detail: null };
      await hospital.clock.sleep(20_000);
      throw new JedaError("UNREACHABLE", `${truth.source.name} does not answer`);
    },
    backup: async (_source, _survey, { signal }, progress) => {
      const ms = takesMs ?? 0;
      for (let at = 0; at < ms; ) {
        const part = Math.min(toldEveryMs, ms - at);
        await hospital.clock.sleep(part, signal);
        signal.throwIfAborted();
        at += part;
        if (at < ms) progress(total * truth.done(at / ms, savedBefore));
      }
      return { snapshot: `5a5a${night}`, bytes: total, items: 1, findings: [], detail: null };
    },
  };
}
