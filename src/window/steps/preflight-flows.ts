/**
 * What flows before the isolation: the proof of a cut is only worth something where it was open before. One
 * connection to each target that answers is held open, for the proof that open connections are cut as well.
 */
import { JedaError } from "../../model/errors.ts";
import type { PlannedSegment } from "../../model/plan.ts";
import type { Prober } from "../../model/prober.ts";
import { attemptMs, type Trial, tryFlows, uplinkTargets, vaultTrials } from "../flows.ts";
import { heldFlow } from "../isolation-proof.ts";
import type { Night } from "../night.ts";

export async function tryBefore(night: Night): Promise<void> {
  const segments = night.plan.segments.filter((segment) => night.probers.has(segment.name));
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
  const open = targets.filter((_, index) => actual[index] === "open");
  night.reachable.set(segment.name, open);
  if (!segment.isolate) return;
  if (open.length === 0) throw nothingOpen(segment, prober, actual.includes("cut"), targets);
  await Promise.all(open.map((target) => holdOpen(night, segment.name, target)));
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
  const opened = await prober.hold(id, target, attemptMs).catch(() => "unknown");
  const answered = opened === "open" ? await prober.exercise(id, attemptMs).catch(() => "unknown") : opened;
  night.recorder.record({
    type: "flow",
    segment,
    phase: "before",
    flow: `${heldFlow} ${target}`,
    expected: "open",
    actual: answered === "open" || answered === "cut" ? answered : "unknown",
  });
}

/** A vault that is open before the window has begun is somebody's mistake: nothing is started on top of it. */
async function refuseOpenVault(night: Night): Promise<void> {
  const trials = vaultTrials(night, "before");
  const actual = await tryFlows(night, trials);
  const open = trials.filter((_, index) => actual[index] === "open");
  if (open.length === 0) return;
  const flows = open.map(({ segment, flow }) => `${flow} from ${segment}`).join("; ");
  throw new JedaError("REFUSED", `the backup host can be reached although no window is running: ${flows}`, {
    hint: "look for drift on the edges and on the backup host: pulumi preview",
  });
}
