/** The status that a journal's first line gives: nothing is done, everything waits. Pure. */
import { JedaError } from "../../model/errors.ts";
import type { JournalEntry } from "../../model/journal.ts";
import type { Deadlines, WindowPlan } from "../../model/plan.ts";
import { leavesOut } from "../../model/runbook-order.ts";
import { planProblem } from "../plan/accept-plan.ts";
import type { EdgeStatus, SourceStatus, WindowStatus } from "./status.ts";

/** @throws JedaError REFUSED for a line that another version of jeda wrote and this one can't go by. */
export function statusAtFirst(armed: Extract<JournalEntry, { type: "armed" }>): WindowStatus {
  refuseUnknown(armed);
  const { plan, deadlines, by, at } = armed;
  return {
    plan,
    deadlines,
    planned: deadlines,
    extensions: [],
    extending: null,
    hold: null,
    state: "armed",
    reached: "armed",
    armedAt: at,
    armedBy: by,
    startedAt: at,
    runners: [],
    takenUp: 0,
    edges: plan.edges.map(({ name }) => ({ name, ...untouchedEdge })),
    interruptions: [],
    flows: [],
    siteRules: [],
    isolationProvedAt: null,
    probes: [],
    sources: plan.sources.map(({ name }) => firstOf(plan.runbook, name)),
    earlierSnapshots: null,
    backupEndedAt: null,
    vaultProvedShut: null,
    records: null,
    causes: [],
    notes: [],
    acknowledged: null,
    result: null,
    endedAt: null,
    at,
  };
}

/** A line that another version of jeda wrote may lack what this one goes by: then nothing is resumed from it. */
function refuseUnknown({ plan, deadlines }: Extract<JournalEntry, { type: "armed" }>): void {
  const moments = ["start", "startCutoff", "backupStop", "reconnectBy"] as const;
  const missing = moments.filter((name) => !Number.isFinite((deadlines as Partial<Deadlines>)?.[name]));
  const problem = missing.length > 0 ? `no moment of ${missing.join(", ")}` : planProblem(plan);
  if (problem === null) return;
  throw new JedaError("REFUSED", `this journal was written by another version of jeda: ${problem}`, {
    hint: "nothing is resumed from it: the edges' kernels reconnect at the deadline; to reconnect at once, jeda window release --stack STACK from the operator's machine",
  });
}

const untouchedEdge: Omit<EdgeStatus, "name"> = {
  clock: null,
  reconnectByBootMs: null,
  isolatedAt: null,
  isolations: 0,
  vaultOpenAt: null,
  releasedAt: null,
};

const waitingSource: Omit<SourceStatus, "name"> = {
  state: "waiting",
  startedAt: null,
  snapshot: null,
  bytes: 0,
  items: 0,
  surveyedBytes: null,
  durationMs: 0,
  verified: null,
  proof: null,
  findings: [],
  incomplete: [],
  anomalies: null,
};

/** A source that the runbook leaves out is skipped from the first line on. */
function firstOf({ without }: WindowPlan["runbook"], name: string): SourceStatus {
  if (!leavesOut(without, name)) return { name, ...waitingSource };
  const why = `the runbook leaves it out: ${without?.sources?.[name]}`;
  return { name, ...waitingSource, state: "skipped", findings: [why] };
}
