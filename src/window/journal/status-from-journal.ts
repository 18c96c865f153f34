/** Journal → status. Pure: the same entries give the same status, whoever reads them. */
import { JedaError } from "../../model/errors.ts";
import type { JournalEntry } from "../../model/journal.ts";
import { nothingTouched } from "./state.ts";
import type { EdgeStatus, SourceStatus, WindowStatus } from "./status.ts";
import { statusAtFirst } from "./status-at-first.ts";
import type { StopCause } from "./stop-cause.ts";

/** @throws JedaError REFUSED for a journal that does not begin with `armed`. */
export function fold(entries: readonly JournalEntry[]): WindowStatus {
  const first = entries[0];
  if (first?.type !== "armed") {
    throw new JedaError(
      "REFUSED",
      `a journal begins with "armed", this one with "${first?.type ?? "nothing"}"`,
      {
        hint: "the runner died before the window was armed: arm it again",
      },
    );
  }
  return entries.reduce(foldNext, statusAtFirst(first));
}

/** The status after one more entry. */
export function foldNext(before: WindowStatus, entry: JournalEntry): WindowStatus {
  const status: WindowStatus = { ...before, at: entry.at };
  switch (entry.type) {
    case "armed":
      return status;
    case "state": {
      const over = entry.state === "reconnecting" || entry.state === "ended";
      const startedAt =
        entry.state === "preflight" && status.reached === "armed" ? entry.at : status.startedAt;
      // A preflight that is begun anew asks everything anew: what an earlier one heard before it died is old.
      const heard = entry.state === "preflight" ? { flows: [], siteRules: [] } : {};
      const reached = over ? status.reached : entry.state;
      return { ...status, ...heard, state: entry.state, reached, startedAt };
    }
    case "runner":
      return {
        ...status,
        runners: [...status.runners, entry],
        takenUp: status.takenUp + (nothingTouched(status.reached) ? 0 : 1),
      };
    case "edge-clock":
      return edge(status, entry.edge, { clock: entry.clock, reconnectByBootMs: entry.reconnectByBootMs });
    case "isolated": {
      // An answer that arrives when the release has already been given changes nothing about the release.
      const late = status.state === "reconnecting";
      // An edge that is isolated again (it was rebooted) was isolated first when it was isolated first.
      const known = status.edges.find((one) => one.name === entry.edge);
      const isolatedAt = known?.isolatedAt ?? entry.at;
      const isolations = (known?.isolations ?? 0) + 1;
      const over = status.interruptions.map((one) =>
        one.edge === entry.edge && one.until === null ? { ...one, until: entry.at } : one,
      );
      const again = { ...status, interruptions: over, isolationProvedAt: null };
      const held = { isolatedAt, isolations };
      return edge(again, entry.edge, late ? held : { ...held, releasedAt: null });
    }
    case "interrupted": {
      const { edge, segments, since, why } = entry;
      return {
        ...status,
        isolationProvedAt: null,
        interruptions: [...status.interruptions, { edge, segments, since, until: null, why }],
      };
    }
    case "isolation-proved":
      return { ...status, isolationProvedAt: entry.at };
    case "vault-open": {
      const vaultOpenAt = status.edges.find((one) => one.name === entry.edge)?.vaultOpenAt ?? entry.at;
      return edge(status, entry.edge, { vaultOpenAt });
    }
    case "inspected":
      return source(status, entry.source, { anomalies: entry.anomalies });
    case "held": {
      const hold = { at: entry.at, before: status.deadlines.reconnectBy };
      const edges = status.edges.map((one) => putOff(one, entry.addMs));
      return { ...status, hold, edges, deadlines: entry.deadlines };
    }
    case "extending":
      return { ...status, extending: entry.request };
    case "extension-refused":
      return { ...status, extending: null };
    case "extended":
      return extended(status, entry);
    case "repository":
      return { ...status, earlierSnapshots: entry.earlier };
    case "released":
      return edge(status, entry.edge, { releasedAt: entry.at });
    case "flow":
      return { ...status, flows: [...status.flows, entry] };
    case "site-rules":
      return { ...status, siteRules: [...status.siteRules, ...entry.findings] };
    case "probe":
      return { ...status, probes: [...status.probes, entry] };
    case "source-started":
      return source(status, entry.source, { state: "running", startedAt: entry.at });
    case "source-surveyed":
      return source(status, entry.source, { surveyedBytes: entry.bytes });
    case "source-progress":
      return source(status, entry.source, { bytes: entry.bytes });
    case "source-saved": {
      const { snapshot, bytes, items, durationMs, findings, incomplete = [] } = entry;
      const counted = { snapshot, bytes, items, durationMs, findings, incomplete };
      const next = source(status, entry.source, { state: "saved", ...counted });
      // What the verification saves again does not put off when saving was done.
      const again = status.sources.some(({ name, state }) => name === entry.source && state === "saved");
      return again ? { ...next, backupEndedAt: status.backupEndedAt } : next;
    }
    case "source-failed":
      return source(status, entry.source, {
        state: "failed",
        durationMs: entry.durationMs,
        findings: [entry.reason],
      });
    case "source-skipped":
      return source(status, entry.source, { state: "skipped", findings: [entry.reason] });
    case "source-verified":
      return verified(status, entry);
    case "vault-shut":
      return { ...status, vaultProvedShut: entry.proved };
    case "records":
      return { ...status, records: entry.records };
    case "reason":
      return entry.result === "ok" ? status : { ...status, causes: [...status.causes, cause(entry)] };
    case "broken": {
      if (status.result !== null) {
        const text = `the journal was damaged behind the window's end, from line ${entry.line} on (kept as ${entry.kept})`;
        return { ...status, notes: [...status.notes, text] };
      }
      const reason = `the journal was damaged from line ${entry.line} on (kept as ${entry.kept}): the window could only be ended`;
      // What was done behind that line is not known: the edges must be released.
      const reached = nothingTouched(status.reached) ? "isolating" : status.reached;
      return { ...status, reached, causes: [...status.causes, { result: "failed", reason }] };
    }
    case "note":
      return { ...status, notes: [...status.notes, entry.text] };
    case "acknowledged":
      return { ...status, acknowledged: { by: entry.by, reason: entry.reason, at: entry.at } };
    case "ended":
      return { ...status, state: "ended", result: entry.result, endedAt: entry.at };
    default:
      // An entry of a newer version: it is shown as it is, and does not stop an older reader.
      return status;
  }
}

function cause(entry: Extract<JournalEntry, { type: "reason" }>): StopCause {
  return { result: entry.result as StopCause["result"], reason: entry.reason };
}

function extended(status: WindowStatus, entry: Extract<JournalEntry, { type: "extended" }>): WindowStatus {
  const { at, by, reason, addMs, deadlines } = entry;
  return {
    ...status,
    deadlines,
    extensions: [...status.extensions, { at, by, reason, addMs }],
    extending: null,
    edges: status.edges.map((one) => putOff(one, addMs)),
  };
}

/** An edge whose lease is to end so many milliseconds later. */
export function putOff(edge: EdgeStatus, addMs: number): EdgeStatus {
  const { reconnectByBootMs } = edge;
  return { ...edge, reconnectByBootMs: reconnectByBootMs === null ? null : reconnectByBootMs + addMs };
}

function edge(status: WindowStatus, name: string, change: Partial<EdgeStatus>): WindowStatus {
  const edges = status.edges.map((one) => (one.name === name ? { ...one, ...change } : one));
  return { ...status, edges };
}

function source(status: WindowStatus, name: string, change: Partial<SourceStatus>): WindowStatus {
  const sources = status.sources.map((one) => (one.name === name ? { ...one, ...change } : one));
  const over = change.state === "saved" || change.state === "failed";
  return { ...status, sources, backupEndedAt: over ? status.at : status.backupEndedAt };
}

function verified(
  status: WindowStatus,
  entry: Extract<JournalEntry, { type: "source-verified" }>,
): WindowStatus {
  const saved = status.sources.find((one) => one.name === entry.source)?.findings ?? [];
  return source(status, entry.source, {
    verified: entry.verified,
    proof: entry.proof ?? null,
    findings: [...saved, ...entry.findings],
  });
}
