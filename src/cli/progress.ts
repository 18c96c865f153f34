/** One journal entry as a short line for people, or null when it is nothing to tell. Pure. */
import type { JournalEntry, WindowState } from "../model/journal.ts";
import { bytesText, durationText, timeOfDay } from "../window/report/quantities.ts";

const stateTexts: Readonly<Record<WindowState, string>> = {
  planned: "planned",
  armed: "armed",
  preflight: "preflight: asking edges, probe points, services, sources and the repository",
  isolating: "isolating",
  isolated: "isolated on every edge; not proved yet",
  "backing-up": "backing up",
  verifying: "verifying what was saved",
  holding: "AN ANOMALY: shutting the vault and keeping the segments cut",
  reconnecting: "shutting the vault and reconnecting",
  ended: "ended",
};

export function progressLine(entry: JournalEntry): string | null {
  const text = said(entry);
  return text === null ? null : `${timeOfDay(entry.at)} ${text}`;
}

function said(entry: JournalEntry): string | null {
  switch (entry.type) {
    case "armed":
      return `${entry.plan.hospital}: the window ${entry.plan.id} is armed`;
    case "state":
      return entry.state === "ended" ? null : stateTexts[entry.state];
    case "isolated":
      return `${entry.segments.join(", ")} isolated by ${entry.edge}; its kernel reconnects in ${durationText(entry.timeoutMs)} at the latest`;
    case "isolation-proved":
      return `the isolation is proved by packets from inside ${entry.segments.join(", ")}${entry.untried.length === 0 ? "" : `; NOT TRIED, for want of a probe point: ${entry.untried.join(", ")}`}`;
    case "vault-open":
      return `the vault is open on ${entry.edge}`;
    case "flow":
      return entry.actual === entry.expected || entry.phase === "before"
        ? null
        : `NOT AS EXPECTED: ${entry.flow} from ${entry.segment} is ${entry.actual}, expected ${entry.expected}`;
    case "probe":
      return entry.outcome === "ok" ? null : `${entry.service}: ${entry.outcome}, ${entry.detail ?? ""}`;
    case "source-started":
      return `${entry.source}: saving`;
    case "source-progress":
      return `${entry.source}: ${bytesText(entry.bytes)} so far`;
    case "source-saved":
      return `${entry.source}: ${bytesText(entry.bytes)} in ${entry.items} items saved in ${durationText(entry.durationMs)}, snapshot ${entry.snapshot.slice(0, 8)}${entry.incomplete === undefined ? "" : `; INCOMPLETE: ${entry.incomplete.join("; ")}`}`;
    case "source-failed":
      return `${entry.source}: NOT SAVED: ${entry.reason}`;
    case "source-skipped":
      return `${entry.source}: skipped: ${entry.reason}`;
    case "source-verified":
      return entry.verified
        ? `${entry.source}: verified`
        : `${entry.source}: NOT VERIFIED: ${entry.findings.join("; ")}`;
    case "interrupted":
      return `${entry.segments.join(", ")} NOT ISOLATED by ${entry.edge} for some time since ${timeOfDay(entry.since)}: ${entry.why}`;
    case "inspected":
      return entry.anomalies.length === 0 ? null : `${entry.source}: ANOMALY: ${entry.anomalies.join("; ")}`;
    case "held":
      return "the segments stay cut until an operator releases them: jeda window release --reason TEXT";
    case "extended":
      return `extended by ${entry.by} for ${durationText(entry.addMs)}: ${entry.reason}`;
    case "extension-refused":
      return `an extension asked for by ${entry.by} was refused, the old deadline stands: ${entry.why}`;
    case "released":
      return `${entry.edge} has reconnected every segment`;
    case "vault-shut":
      return entry.proved === true
        ? "the vault is shut: nothing reaches the backup host"
        : entry.proved === null
          ? "whether the vault is shut could not be proved"
          : "THE VAULT IS OPEN";
    case "records":
      return `${entry.records.acknowledged} records acknowledged, ${entry.records.stored} stored, ${entry.records.lost} lost`;
    case "reason":
      return `${entry.result.toUpperCase()}: ${entry.reason}`;
    case "note":
      return `note: ${entry.text}`;
    case "acknowledged":
      return `acknowledged by ${entry.by}: ${entry.reason}`;
    case "ended":
      return `the window has ended: ${entry.result}`;
    default:
      return null;
  }
}
