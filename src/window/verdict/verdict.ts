/**
 * The result of a window, decided from the journal's evidence and from nothing that a step merely claims:
 * every reason for a result that is not `ok` is found here, so that a rebuilt report says the same.
 */
import type { WindowResult } from "../../model/report.ts";
import { leavesOut } from "../../model/runbook-order.ts";
import { nothingTouched } from "../journal/state.ts";
import type { Interruption, SourceStatus, WindowStatus } from "../journal/status.ts";
import type { StopCause } from "../journal/stop-cause.ts";
import {
  asExpected,
  contradictions,
  flowsOf,
  leaks,
  provedConnected,
  provedIsolated,
} from "./isolation-proof.ts";

export interface Verdict {
  readonly result: WindowResult;
  readonly reasons: readonly string[];
}

/** What is worse wins; `skipped` only stands where nothing was done at all. */
const gravity: readonly WindowResult[] = ["ok", "skipped", "partial", "aborted", "failed"];

export function decide(status: WindowStatus): Verdict {
  const found = [...status.causes, ...(nothingTouched(status.reached) ? [] : evidence(status))];
  const result = found.reduce<WindowResult>(
    (worst, { result }) => (gravity.indexOf(result) > gravity.indexOf(worst) ? result : worst),
    "ok",
  );
  return { result, reasons: found.map(({ reason }) => reason) };
}

function evidence(status: WindowStatus): readonly StopCause[] {
  return [
    ...isolation(status),
    ...status.interruptions.map((one) => partial(interruptionText(one))),
    ...sources(status),
    ...anomaliesOf(status).map((why) => partial(`an anomaly in ${why}`)),
    ...held(status),
    ...reconnection(status),
    ...vault(status),
    ...records(status),
    ...services(status),
  ];
}

function isolation(status: WindowStatus): readonly StopCause[] {
  return status.plan.segments
    .filter((segment) => segment.isolate)
    .flatMap((segment): StopCause[] => {
      const proved = provedIsolated(status, segment.name);
      if (proved === true) return [];
      if (proved === false) {
        const flows = flowsOf(status, segment.name, "isolated");
        // The end came in the middle of the proof: it is incomplete, and nothing in it speaks against it.
        if (ended(status) && !flows.some(leaks)) {
          return [];
        }
        const why = contradictions(flows).join("; ");
        return [
          failed(`the isolation of ${segment.name} was not proved: ${why || "no held connection was cut"}`),
        ];
      }
      if (flowsOf(status, segment.name, "isolated").length > 0) {
        const why = "new connections were cut; those held open before were lost with a runner that died";
        return [partial(`the isolation of ${segment.name} was proved in part only: ${why}`)];
      }
      if (segment.probePoint === undefined) {
        return [partial(`the isolation of ${segment.name} was not proved: it has no probe point`)];
      }
      return ended(status) ? [] : [failed(`the isolation of ${segment.name} was not tried`)];
    });
}

function sources(status: WindowStatus): readonly StopCause[] {
  const { without } = status.plan.runbook;
  const wanted = status.sources.filter(({ name }) => !leavesOut(without, name));
  const found = wanted.flatMap((source): StopCause[] => {
    if (source.state === "saved" && source.verified === true) return [...incomplete(source)];
    const why = source.findings.join("; ");
    if (source.state === "saved" && source.verified === false) {
      return [failed(`the verification of ${source.name} failed: ${why}`)];
    }
    if (source.state === "saved") {
      const why = without?.verify === undefined ? "" : `: the runbook leaves it out: ${without.verify}`;
      return [partial(`${source.name} was saved but not verified${why}`)];
    }
    if (source.state === "failed") return [partial(`${source.name} was not saved: ${why}`)];
    if (source.state === "skipped") return [partial(`${source.name} was skipped: ${why}`)];
    return [partial(`${source.name} was not saved: the window ended before`)];
  });
  const done = wanted.some(({ state, verified }) => {
    return verified === true || (without?.verify !== undefined && state === "saved");
  });
  if (wanted.length > 0 && !done && !ended(status)) {
    return [...found, failed("no source was saved and verified")];
  }
  return found;
}

/** So many sentences stand in the reason; all are in the report. */
const mostGaps = 3;

/** The rest of it is saved and verified, and counts. */
function incomplete({ name, incomplete: gaps }: SourceStatus): readonly StopCause[] {
  if (gaps.length === 0) return [];
  const more = gaps.length > mostGaps ? [`and ${gaps.length - mostGaps} more in the report`] : [];
  return [partial(`${name} is incomplete: ${[...gaps.slice(0, mostGaps), ...more].join("; ")}`)];
}

/** Signs of an attack in what was saved: "office-files: the canary x was changed". */
export function anomaliesOf(status: WindowStatus): readonly string[] {
  return status.sources.flatMap(({ name, anomalies }) => (anomalies ?? []).map((what) => `${name}: ${what}`));
}

/** What segments are held for, where that is declared: what does not restore as it was saved, too. */
export function holdCauses(status: WindowStatus): readonly string[] {
  const unsound = status.sources.filter(({ verified }) => verified === false);
  return [
    ...anomaliesOf(status),
    ...unsound.map(({ name }) => `${name}: it did not restore as it was saved`),
  ];
}

function held(status: WindowStatus): readonly StopCause[] {
  if (status.hold === null) return [];
  const until = status.endedAt === null && status.state === "holding" ? "" : ", and are back now";
  return [partial(`the segments stayed cut because of it from ${status.hold.at} on${until}`)];
}

function reconnection(status: WindowStatus): readonly StopCause[] {
  const edges = status.edges.flatMap((edge): StopCause[] => {
    if (edge.releasedAt === null) {
      return [
        failed(`the edge ${edge.name} never confirmed the reconnection; its kernel did it at the deadline`),
      ];
    }
    const late = Date.parse(edge.releasedAt) - status.deadlines.reconnectBy;
    return late > 0 ? [failed(`the edge ${edge.name} confirmed the reconnection ${late} ms too late`)] : [];
  });
  const segments = status.plan.segments.flatMap((segment): StopCause[] => {
    if (provedConnected(status, segment.name) !== false) return [];
    const why = contradictions(flowsOf(status, segment.name, "connected")).join("; ");
    return [failed(`the segment ${segment.name} was not proved to be back: ${why}`)];
  });
  const opened = status.flows
    .filter((flow) => flow.phase === "connected" && flow.expected === "closed" && !asExpected(flow))
    .map(({ segment, flow, actual }) =>
      partial(`${flow} from ${segment} was closed before the window and is ${actual} after it`),
    );
  return [...edges, ...segments, ...opened];
}

function vault(status: WindowStatus): readonly StopCause[] {
  if (status.vaultProvedShut === true) return [];
  if (status.vaultProvedShut === null) return [partial("that the vault is shut could not be proved")];
  const open = status.flows.filter((flow) => flow.phase === "connected" && flow.expected === "cut");
  const why = contradictions(open).join("; ");
  return [failed(`the vault was left open: ${why || "an edge still holds its lease"}`)];
}

function records(status: WindowStatus): readonly StopCause[] {
  const witnessed = status.plan.services.some((service) => service.records !== undefined);
  if (status.records === null) {
    return witnessed && !ended(status) ? [partial("the entered records could not be counted")] : [];
  }
  const { lost, acknowledged } = status.records;
  return lost > 0 ? [failed(`${lost} of ${acknowledged} acknowledged records were not stored`)] : [];
}

/** Within its tolerance nothing is aborted; but a service that still fails at the very end was not left well. */
function services(status: WindowStatus): readonly StopCause[] {
  if (ended(status)) return [];
  return status.plan.services.flatMap(({ name }): StopCause[] => {
    const last = status.probes.findLast(({ service }) => service === name);
    if (last?.outcome !== "failed") return [];
    return [failed(`the service ${name} was failing when the window ended: ${last.detail ?? "no answer"}`)];
  });
}

/** Whether something ended the window before its runbook did: what was not tried after it is no news. */
function ended(status: WindowStatus): boolean {
  return status.causes.length > 0;
}

function failed(reason: string): StopCause {
  return { result: "failed", reason };
}

function partial(reason: string): StopCause {
  return { result: "partial", reason };
}

/** "administrative, guest were not isolated by edge for a time between … and …: why" */
function interruptionText({ edge, segments, since, until, why }: Interruption): string {
  const end = until === null ? "the end of the window" : until;
  return `${segments.join(", ")} were not isolated by ${edge} for some time between ${since} and ${end}: ${why}`;
}
