/**
 * `extend`: asks the living runner for more time, and waits for its answer. Whatever happens before every edge holds
 * the longer lease, the old deadline stands, and this says so.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { JedaError } from "../../../model/errors.ts";
import type { JournalEntry } from "../../../model/journal.ts";
import { formatClock } from "../../../schedule/format.ts";
import { isoInZone } from "../../../schedule/iso.ts";
import { systemClock } from "../../clocks/clock.ts";
import type { WindowStatus } from "../../journal/status.ts";
import { fold } from "../../journal/status-from-journal.ts";
import {
  additionOf,
  checkExtensible,
  type ExtensionRequest,
  putOffDeadlines,
} from "../../verdict/extension-rules.ts";
import { knownJournal, need, type RunnerContext } from "../store/context.ts";
import { handIn, takeRequest } from "../store/extension-request.ts";
import { type WindowPlaces, windowPlaces } from "../store/paths.ts";
import { chosenWindow } from "../store/select-window.ts";
import { type KnownWindow, knownWindow, knownWindows } from "../store/window-store.ts";

/** A request that the runner has not taken after so long is taken back: the window is isolating, or it stands still. */
const takenMs = 30_000;
/** Every edge may take 15 s to say yes, and once more to be told that another said no. */
const answeredMs = 60_000;
const pollMs = 200;

export async function extend(context: RunnerContext): Promise<number> {
  const by = need(context, "by");
  const reason = need(context, "reason");
  const window = chosenWindow(context);
  const { id } = window;
  const own = windowPlaces(context.places, id);
  const clock = systemClock();
  const request: ExtensionRequest = {
    id: randomUUID(),
    ...{ by, reason },
    addMs: milliseconds(context.asked.add, "add"),
    reconnectBy: milliseconds(context.asked.until, "until"),
    validUntilBootMs: clock.bootMs() + takenMs,
  };
  checkExtensible(window.status);
  const addMs = additionOf(window.status, request);
  refuseOverlap(context, window, addMs);
  if (!window.runnerAlive) throw deadRunner(window.status);
  if (!handIn(own, request)) await replaceStale(own, request, clock.bootMs());
  const entry = await answer(context, id, own, request.id);
  if (entry.type === "extension-refused") {
    throw new JedaError(
      "REFUSED",
      `${sentence(entry.why)} ${stands(entry.why, fold(entriesOf(context, id)))}`,
    );
  }
  const { deadlines, planned, plan } = fold(entriesOf(context, id));
  const iso = (ms: number): string => isoInZone(ms, plan.zone);
  context.print(
    JSON.stringify({
      id,
      extendedBy: addMs,
      planned: { backupStop: iso(planned.backupStop), reconnectBy: iso(planned.reconnectBy) },
      deadlines: { backupStop: iso(deadlines.backupStop), reconnectBy: iso(deadlines.reconnectBy) },
    }),
  );
  return 0;
}

function milliseconds(written: string | undefined, option: string): number | null {
  if (written === undefined) return null;
  const value = Number(written);
  if (Number.isSafeInteger(value)) return value;
  throw new JedaError("CONFIG", `--${option} "${written}" is not a number of milliseconds`);
}

/** A command that died before it could take its request back left it there. */
async function replaceStale(own: WindowPlaces, request: ExtensionRequest, nowMs: number): Promise<void> {
  const other = takeRequest(own);
  if (other !== null && other.validUntilBootMs > nowMs) {
    handIn(own, other);
    throw new JedaError("LOCKED", `${other.by} has just asked for an extension: one at a time`, {
      hint: "jeda window status shows what came of it",
    });
  }
  if (!handIn(own, request)) throw new JedaError("LOCKED", "somebody else is asking for an extension");
}

type Outcome = Extract<JournalEntry, { type: "extended" | "extension-refused" }>;

async function answer(
  context: RunnerContext,
  id: string,
  own: WindowPlaces,
  request: string,
): Promise<Outcome> {
  const began = performance.now();
  let taken = false;
  for (;;) {
    const entries = entriesOf(context, id);
    const found = entries.find(
      (entry): entry is Outcome =>
        (entry.type === "extended" || entry.type === "extension-refused") && entry.request === request,
    );
    if (found !== undefined) return found;
    const { status, runnerAlive } = knownWindow(id, fold(entries));
    const over = status.state === "reconnecting" || status.state === "ended";
    const waited = performance.now() - began;
    if (!taken && (over || !runnerAlive || waited > takenMs)) {
      if (takeRequest(own) === null) taken = true;
      else if (over) checkExtensible(status);
      else if (!runnerAlive) throw deadRunner(status);
      else
        throw new JedaError(
          "REFUSED",
          `the runner did not take the request within 30 s (${status.state}). ${stands("", status)}`,
        );
    }
    // Taken, and the runner died over it: a later one puts every edge back and writes the refusal.
    if (waited > takenMs + answeredMs) {
      throw new JedaError(
        "REFUSED",
        "whether the window was extended is not known: its runner has not answered",
        {
          hint: `jeda window status --id ${id} shows the deadlines that stand`,
          changed: "some edges may hold the longer lease; the next runner puts them back",
        },
      );
    }
    await delay(pollMs);
  }
}

function entriesOf(context: RunnerContext, id: string): readonly JournalEntry[] {
  return knownJournal(context.places, id).entries;
}

function deadRunner(status: WindowStatus): JedaError {
  return new JedaError("REFUSED", `the window's runner is dead. ${stands("", status)}`, {
    hint: "jeda window status starts a new runner where one may still go on; then ask again",
  });
}

/** Some refusals have said it already. */
function stands(why: string, { deadlines, plan }: WindowStatus): string {
  const at = formatClock(deadlines.reconnectBy, plan.zone);
  return why.includes("at the latest") ? "" : `The old deadline stands: reconnectBy ${at}.`;
}

const sentence = (text: string): string => (/[.!?]$/u.test(text) ? text : `${text}.`);

/** The next window would find this one in its place. */
function refuseOverlap(context: RunnerContext, { id, status }: KnownWindow, addMs: number): void {
  const wanted = putOffDeadlines(status.deadlines, addMs).reconnectBy;
  for (const other of knownWindows(context.places, () => undefined)) {
    const { state, deadlines, plan } = other.status;
    if (other.id === id || state === "ended" || plan.hospital !== status.plan.hospital) continue;
    if (deadlines.start >= wanted || deadlines.reconnectBy <= status.deadlines.start) continue;
    throw new JedaError(
      "REFUSED",
      `the window ${other.id} begins at ${formatClock(deadlines.start, plan.zone)}, before ${formatClock(wanted, plan.zone)}: the extension would overlap`,
      { hint: `ask for less, or take that one back: jeda window disarm --id ${other.id}` },
    );
  }
}
