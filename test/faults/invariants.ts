/** The judge: seven invariants over what was observed. Pure; what jeda says counts only as something to be checked. */
import type { JournalEntry } from "../../src/model/journal.ts";
import type { Deadlines, WindowPlan } from "../../src/model/plan.ts";
import type { Report, WindowResult } from "../../src/model/report.ts";
import { exitCodes } from "../../src/window/verdict/exit-codes.ts";
import type { Injury } from "./fault.ts";
import type { Attempt } from "./watcher.ts";

export const invariants = [
  "back-on-time",
  "vault-shut",
  "records-kept",
  "clinical-up",
  "snapshots-restore",
  "told-truth",
  "next-window",
] as const;
export type Invariant = (typeof invariants)[number];

export interface Broken {
  readonly invariant: Invariant;
  readonly why: string;
}

type Families = Readonly<Record<"v4" | "v6", readonly Attempt[]>>;

export interface Observation {
  readonly plan: WindowPlan;
  readonly deadlines: Deadlines | null;
  readonly entries: readonly JournalEntry[];
  /** Exit code of `jeda window follow`, asked again after the window where the fault had killed it. */
  readonly followExit: number;
  readonly report: Report | null;
  /** Which edge carries which isolated segment. */
  readonly edgeOf: Readonly<Record<string, string>>;
  /** Milliseconds from the decision to end to the segments' return, or null where the way to the edge is broken. */
  readonly backWithinMs: number | null;
  /** Within how many milliseconds the segments have to return, or null where each may by itself. */
  readonly apartMs: number | null;
  readonly injures: readonly Injury[];
  readonly never: readonly WindowResult[];
  /** Epoch milliseconds between which the fault injured what it injures. */
  readonly injury: { readonly from: number; readonly to: number };
  /** Until when packets were watched. */
  readonly watchedTo: number;
  /** Uplink attempts by isolated segment, and by the clinical segment. */
  readonly uplink: Readonly<Record<string, Families>>;
  readonly health: Families;
  /** From every seat in a segment to the backup host. */
  readonly vault: Readonly<Record<string, Families>>;
  readonly leases: readonly string[];
  readonly reachesBackup: readonly string[];
  readonly lost: readonly string[];
  readonly unrestorable: readonly string[];
  /** Why the window after this one was not as always, or null. */
  readonly next: string | null;
}

/** The deadline's own grace, and one more probe's worth of time. */
const graceMs = 1_000;
const probeMs = 250;
/** So long a service has to be silent for its users to be cut off: single probes get lost on a busy machine. */
const silenceMs = 3_000;

export function judge(seen: Observation): readonly Broken[] {
  const found: Broken[] = [];
  const say = (invariant: Invariant, ...whys: readonly string[]): void => {
    for (const why of whys) found.push({ invariant, why });
  };
  say("back-on-time", ...late(seen), ...apart(seen));
  say("vault-shut", ...seen.reachesBackup, ...seen.leases.map((lease) => `the edge still holds ${lease}`));
  say(
    "vault-shut",
    ...Object.entries(seen.vault).flatMap(([from, families]) => vaultReached(from, families)),
  );
  if (seen.lost.length > 0)
    say("records-kept", `${seen.lost.length} acknowledged, not stored: ${seen.lost[0]}`);
  say("clinical-up", ...clinical(seen));
  say("snapshots-restore", ...seen.unrestorable);
  say("told-truth", ...lies(seen));
  if (seen.next !== null) say("next-window", seen.next);
  return found;
}

function each(families: Families): [string, readonly Attempt[]][] {
  return Object.entries(families);
}

/** From the deadline plus one second on (and after an edge that was down itself) every segment has its uplink. */
function late(seen: Observation): string[] {
  const { deadlines, plan, injures, injury } = seen;
  if (deadlines === null) return [];
  // A window that never isolated has nothing to release: all is as it was when it ends.
  const cut = seen.entries.some((entry) => entry.type === "isolated");
  return plan.segments
    .filter((segment) => segment.isolate)
    .flatMap(({ name }) => {
      const ended = seen.entries.find((entry) =>
        cut ? entry.type === "released" && entry.edge === seen.edgeOf[name] : entry.type === "ended",
      );
      const down = injures.some((one) => one === seen.edgeOf[name]) ? injury.to + 2_000 : 0;
      const from = Math.max(deadlines.reconnectBy + graceMs, down);
      const told = ended === undefined ? Number.POSITIVE_INFINITY : Date.parse(ended.at) + graceMs;
      const reason = seen.entries.find((entry) => entry.type === "reason");
      const decided =
        reason === undefined || seen.backWithinMs === null
          ? Number.POSITIVE_INFINITY
          : Date.parse(reason.at) + seen.backWithinMs;
      const since = Math.max(Math.min(from, told, decided), down);
      return each(seen.uplink[name] ?? { v4: [], v6: [] }).flatMap(([family, attempts]) => {
        const after = attempts.filter(({ began }) => began >= since && began <= seen.watchedTo - 1_000);
        if (after.length === 0) return [`${name} ${family}: nothing was tried after it`];
        const cut = longestSilence(after);
        const lag = cut.from === after[0]?.began ? cut.ms : 0;
        if (cut.ms < silenceMs && lag <= 2 * probeMs + 500) return [];
        return [
          `${name} ${family} is cut ${cut.ms} ms, beginning ${cut.from - deadlines.reconnectBy} ms after the deadline, ${cut.from - since} ms after it was to be back`,
        ];
      });
    });
}

/** All edges hold the lease, or none: segments of different edges return within the time given. */
function apart(seen: Observation): string[] {
  const { apartMs, plan } = seen;
  if (apartMs === null) return [];
  const returns = plan.segments
    .filter((segment) => segment.isolate)
    .flatMap(({ name }) =>
      each(seen.uplink[name] ?? { v4: [], v6: [] }).flatMap(([family, attempts]) => {
        const last = attempts.findLast(({ ok }) => !ok);
        const back = attempts.find(
          ({ began, ok }) => ok && began > (last?.began ?? Number.POSITIVE_INFINITY),
        );
        return back === undefined ? [] : [{ who: `${name} ${family}`, at: back.began }];
      }),
    )
    .toSorted((a, b) => a.at - b.at);
  const [first, last] = [returns[0], returns.at(-1)];
  if (first === undefined || last === undefined || last.at - first.at <= apartMs) return [];
  return [`${last.who} is back ${last.at - first.at} ms after ${first.who}`];
}

function vaultReached(from: string, families: Families): string[] {
  return each(families).flatMap(([family, attempts]) => {
    const through = attempts.find(({ ok }) => ok);
    return through === undefined
      ? []
      : [`${from} ${family} reached the backup host at ${iso(through.began)}`];
  });
}

function clinical(seen: Observation): string[] {
  const { injures, injury } = seen;
  const judged = (injured: boolean, attempts: readonly Attempt[]): readonly Attempt[] =>
    injured
      ? attempts.filter(({ began }) => began < injury.from - 1_000 || began > injury.to + 8_000)
      : attempts;
  const health = each(seen.health).flatMap(([family, attempts]) => {
    const cut = longestSilence(judged(injures.includes("clinical"), attempts));
    return cut.ms < silenceMs
      ? []
      : [`the service was silent for ${cut.ms} ms by ${family} from ${iso(cut.from)}`];
  });
  const uplink = each(seen.uplink.clinical ?? { v4: [], v6: [] }).flatMap(([family, attempts]) => {
    const cut = longestSilence(judged(injures.includes("edge"), attempts));
    return cut.ms < silenceMs
      ? []
      : [`the ward was cut off for ${cut.ms} ms by ${family} from ${iso(cut.from)}`];
  });
  return [...health, ...uplink];
}

function lies(seen: Observation): string[] {
  const { entries, report, followExit, never } = seen;
  const ended = entries.find((entry) => entry.type === "ended");
  if (ended === undefined) {
    return followExit === 0 ? ["the window has no end, and following it exits 0"] : [];
  }
  const { result } = ended;
  const found: string[] = [];
  // Where not even the first line is left nobody may believe the others.
  if (entries[0]?.type !== "armed")
    return followExit === 0 || report !== null ? ["a journal without its beginning is believed"] : [];
  if (report === null) return ["the window has ended, and there is no report"];
  if (report.result !== result) found.push(`the report says ${report.result}, the journal ${result}`);
  if (followExit !== exitCodes[result]) found.push(`following exits ${followExit}, and it ended ${result}`);
  if (result !== "ok" && report.reasons.length === 0) found.push(`it ended ${result} without a reason`);
  if (never.includes(result)) found.push(`it ended ${result} in spite of the fault`);
  if (result === "ok") found.push(...notIsolated(seen, report));
  if (result === "ok" && report.sources.some(({ verified }) => !verified))
    found.push("ok, and not all is verified");
  if ((report.records?.lost ?? 0) > 0 && seen.lost.length === 0) found.push("it says that records are lost");
  return found;
}

/** `ok` means that nothing got out of an isolated segment from the isolation until the release. */
function notIsolated(seen: Observation, report: Report): string[] {
  const first = seen.entries.find((entry) => entry.type === "isolated");
  return report.segments.flatMap(({ name, isolatedAt, reconnectedAt }) => {
    if (isolatedAt === null || reconnectedAt === null)
      return [`ok, and ${name} was not isolated and reconnected`];
    // Back from the moment it is asked for, although an edge whose SSH is slow confirms it later.
    const asked = seen.entries.find((entry) => entry.type === "state" && entry.state === "reconnecting");
    const [from, to] = [
      Date.parse(first?.at ?? isolatedAt) + 100,
      Date.parse(asked?.at ?? reconnectedAt) - 1_200,
    ];
    return each(seen.uplink[name] ?? { v4: [], v6: [] }).flatMap(([family, attempts]) => {
      const inside = attempts.filter(({ began }) => began >= from && began <= to);
      const out = inside.filter(({ ok }) => ok);
      if (inside.length === 0) return [`ok, and nobody saw ${name} ${family} isolated`];
      return out.length === 0
        ? []
        : [`ok, and ${name} ${family} got out ${out.length} times of ${inside.length}`];
    });
  });
}

interface Silence {
  readonly from: number;
  readonly ms: number;
}

/** From the first of a run of failures to the next success (or the last failure). */
export function longestSilence(attempts: readonly Attempt[]): Silence {
  let longest: Silence = { from: 0, ms: 0 };
  let since: number | null = null;
  for (const { began, ok } of attempts) {
    if (!ok) since ??= began;
    if (since !== null && began - since > longest.ms) longest = { from: since, ms: began - since };
    if (ok) since = null;
  }
  return longest;
}

const iso = (ms: number): string => new Date(ms).toISOString();
