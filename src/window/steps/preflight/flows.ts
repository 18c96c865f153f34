/**
 * What flows before the isolation: the proof of a cut is only worth something where it was open before. One
 * connection to each target that answers is held open, for the proof that open connections are cut as well.
 */
import { JedaError } from "../../../model/errors.ts";
import type { PlannedSegment } from "../../../model/plan.ts";
import type { Flow, Prober } from "../../../model/prober.ts";
import type { Night, TargetBefore } from "../../context/window-context.ts";
import type { FlowEntry } from "../../journal/status.ts";
import { heldFlow, leaks } from "../../verdict/isolation-proof.ts";
import { attemptMs, type Trial, tryFlows, uplinkTargets, vaultTrials } from "../probe-trials.ts";
import { closedBy } from "../site-rules.ts";

export async function tryBefore(night: Night): Promise<void> {
  const segments = night.plan.segments.filter((segment) => night.probers.has(segment.name));
  if (!segments.some(({ isolate }) => isolate)) {
    throw new JedaError(
      "REFUSED",
      "no isolated segment has a probe point: its isolation could not be proved",
      {
        hint: "the vault opens only on a proved isolation: declare a probePoint in one of the segments at least",
      },
    );
  }
  await Promise.all([...segments.map((segment) => trySegment(night, segment)), refuseOpenVault(night)]);
}

async function trySegment(night: Night, segment: PlannedSegment): Promise<void> {
  const prober = night.probers.get(segment.name);
  if (prober === undefined) return;
  const targets = uplinkTargets(night);
  const actual = await tryFlows(
    night,
    targets.map(
      (target): Trial => ({
        segment: segment.name,
        phase: "before",
        flow: `tcp ${target}`,
        expected: "open",
        attempt: () => prober.tcp(target, attemptMs),
        tries: 3,
      }),
    ),
  );
  const before = targets.flatMap((target, index): TargetBefore[] => {
    const was = wasBefore(actual[index] ?? "unknown", closedBy(night, segment.name, `tcp ${target}`));
    return was === null ? [] : [{ target, was }];
  });
  night.before.set(segment.name, before);
  const closed = before.filter(({ was }) => was === "closed");
  if (closed.length > 0 && night.plan.closedBefore === "refuse") throw refuseClosed(night, segment, closed);
  if (!segment.isolate) return;
  // What the site's own rules close all along can't be an outage: it is proved closed in the window and after it.
  if (before.length === 0) throw nothingOpen(segment, prober, actual.includes("cut"), targets);
  const open = before.filter(({ was }) => was === "open");
  if (open.length === 0 && before.some(({ was }) => was === "refused")) throw onlyRefused(segment, targets);
  await Promise.all(open.map(({ target }) => holdOpen(night, segment.name, target)));
}

/** Null where nothing is known: no answer, and no rule that says why. */
export function wasBefore(actual: FlowEntry["actual"], by: string | undefined): TargetBefore["was"] | null {
  if (actual === "open") return "open";
  if (by !== undefined && actual !== "unknown") return "closed";
  return actual === "refused" ? "refused" : null;
}

function refuseClosed(night: Night, { name }: PlannedSegment, closed: readonly TargetBefore[]): JedaError {
  const flows = closed.map(({ target }) => `tcp ${target}, ${closedBy(night, name, `tcp ${target}`)}`);
  return new JedaError("REFUSED", `from ${name} a flow is closed before the window: ${flows.join("; ")}`, {
    hint: "change that rule, take the target out, or write closedBefore: report in the window, which goes on",
  });
}

/** A refusal can come from the far end, or from a firewall that nobody has described. */
function onlyRefused({ name }: PlannedSegment, targets: readonly string[]): JedaError {
  return new JedaError(
    "REFUSED",
    `from ${name} every uplink target is refused even now, and no rule on the edges says by whom: ${targets.join(", ")}`,
    { hint: "declare a target that answers; without one no open connection can be held and proved cut" },
  );
}

function nothingOpen(
  segment: PlannedSegment,
  prober: Prober,
  asked: boolean,
  targets: readonly string[],
): JedaError {
  const { name } = segment;
  if (!asked) {
    return new JedaError(
      "UNREACHABLE",
      `the probe point ${prober.destination} of ${name} could not be asked`,
      {
        hint: "the isolation of a segment must be proved from inside it: mend the probe point, or take the segment out of the window",
      },
    );
  }
  return new JedaError("REFUSED", `from ${name} no uplink target answers even now: ${targets.join(", ")}`, {
    hint: "a cut can't be told from an outage: check the uplink and the declared targets",
  });
}

/** Opens and uses one connection; its answer now is what makes its silence later a proof. */
export async function holdOpen(night: Night, segment: string, target: string): Promise<void> {
  const prober = night.probers.get(segment);
  if (prober === undefined) return;
  const id = `h${night.held.length}`;
  night.held.push({ segment, id, target });
  const opened = await prober.hold(id, target, attemptMs).catch((): Flow => "unknown");
  const answered =
    opened === "open" ? await prober.exercise(id, attemptMs).catch((): Flow => "unknown") : opened;
  night.recorder.record({
    type: "flow",
    segment,
    phase: "before",
    flow: `${heldFlow} ${target}`,
    expected: "open",
    actual: answered,
  });
}

/** A vault that is open before the window has begun is somebody's mistake: nothing is started on top of it. */
async function refuseOpenVault(night: Night): Promise<void> {
  const trials = vaultTrials(night, "before");
  const actual = await tryFlows(night, trials);
  const open = trials.filter(({ expected }, index) =>
    leaks({ expected, actual: actual[index] ?? "unknown" }),
  );
  if (open.length === 0) return;
  const flows = open.map(({ segment, flow }) => `${flow} from ${segment}`).join("; ");
  throw new JedaError("REFUSED", `the backup host can be reached although no window is running: ${flows}`, {
    hint: "look for drift on the edges and on the backup host: pulumi preview",
  });
}
