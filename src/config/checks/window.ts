/** The window: its times, and whom it may isolate. */
import type { Segment, WindowSpec } from "../../model/hospital.ts";
import { defaultHeartbeatMs } from "../../model/plan.ts";
import { formatDuration } from "../../schedule/format.ts";
import type { WrittenStack } from "../schema/stack.ts";
import type { WrittenWindow } from "../schema/window.ts";
import { readZone } from "../times/parse-times.ts";
import { type Offsets, reading, recurring, single } from "../times/window-schedule.ts";
import type { Problems } from "../yaml/problems.ts";

type Stack = Partial<WrittenStack>;

/** The zone in its usual spelling, or `undefined` with the reason in `problems`. */
export function resolveZone(stack: Stack, problems: Problems): string | undefined {
  const { zone } = stack;
  return zone === undefined ? undefined : reading(() => readZone(zone), ["zone"], problems);
}

/** @param zone as `resolveZone` gave it; without it no time can be read */
export function resolveWindow(
  stack: Stack,
  zone: string | undefined,
  problems: Problems,
): WindowSpec | undefined {
  const { window: written } = stack;
  if (written === undefined) return undefined;
  checkIsolated(stack, problems);
  if (zone === undefined) return undefined;
  const times =
    written.every === undefined ? single(written, zone, problems) : recurring(written, zone, problems);
  if (times === undefined) return undefined;
  checkOrder(times, stack, problems);
  const { startCutoffMs, backupStopMs, reconnectByMs, ...when } = times;
  if (startCutoffMs === undefined || backupStopMs === undefined || reconnectByMs === undefined) {
    return undefined;
  }
  const { isolate, runbook, attempt, lease } = written;
  const heartbeatMs = heartbeat(written, problems);
  const follow = written.follow ?? (written.every === undefined ? "follow" : "return");
  return {
    ...when,
    ...{ startCutoffMs, backupStopMs, reconnectByMs, isolate, runbook, attempt, lease, follow },
    ...(heartbeatMs === undefined ? {} : { heartbeatMs }),
    ...(written.maxExtension === undefined ? {} : { maxExtensionMs: written.maxExtension }),
    ...(written.onAnomaly === "report" ? {} : { onAnomaly: { holdMs: written.onAnomaly.hold } }),
    ...(written.closedBefore === undefined ? {} : { closedBefore: written.closedBefore }),
    ...(written.maxChange === undefined ? {} : { mostChangedPercent: written.maxChange }),
    ...(written.maxClockDifference === undefined ? {} : { maxClockDifferenceMs: written.maxClockDifference }),
  };
}

/** The vault is shut, and what is verified stopped, some seconds before the deadline. */
const leastGapMs = 15_000;

/** Shorter ones would lapse whenever a single renewal has to be repeated. */
const shortestHeartbeatMs = 15_000;

function heartbeat(written: WrittenWindow, problems: Problems): number | undefined {
  const { lease, heartbeat: asked } = written;
  const path = ["window", "heartbeat"];
  if (lease === "window") {
    if (asked !== undefined)
      problems.add(path, "only a lease of the kind heartbeat has one", "write lease: heartbeat");
    return undefined;
  }
  if (asked !== undefined && asked < shortestHeartbeatMs) {
    const message = `${formatDuration(asked)} is too short for a heartbeat`;
    problems.add(path, message, `write ${formatDuration(shortestHeartbeatMs)} or more`);
  }
  return asked ?? defaultHeartbeatMs;
}

function checkOrder(offsets: Offsets, stack: Stack, problems: Problems): void {
  const { startCutoffMs, backupStopMs, reconnectByMs } = offsets;
  const after = (ms: number) => `${formatDuration(ms)} after the start`;
  if (startCutoffMs === 0) {
    const message = "the cutoff is the start itself: nothing could ever be started";
    problems.add(["window", "startCutoff"], message, "put it later");
  }
  if (startCutoffMs !== undefined && backupStopMs !== undefined && startCutoffMs >= backupStopMs) {
    const message = `startCutoff (${after(startCutoffMs)}) is not before backupStop (${after(backupStopMs)})`;
    problems.add(["window", "startCutoff"], message, "put startCutoff before backupStop");
  }
  if (backupStopMs !== undefined && reconnectByMs !== undefined && backupStopMs >= reconnectByMs) {
    const message = `backupStop (${after(backupStopMs)}) is not before reconnectBy (${after(reconnectByMs)})`;
    const hint = "put backupStop before reconnectBy, with time left to verify";
    problems.add(["window", "backupStop"], message, hint);
  }
  if (backupStopMs !== undefined && reconnectByMs !== undefined && backupStopMs < reconnectByMs) {
    const gapMs = reconnectByMs - backupStopMs;
    if (gapMs < leastGapMs) {
      const message = `backupStop is only ${formatDuration(gapMs)} before reconnectBy: nothing could be verified`;
      problems.add(["window", "backupStop"], message, `leave ${formatDuration(leastGapMs)} or more`);
    }
  }
  checkTolerance(reconnectByMs, stack, problems);
  const { maxIsolation } = stack;
  if (reconnectByMs !== undefined && maxIsolation !== undefined && reconnectByMs > maxIsolation) {
    const message =
      `reconnectBy is ${after(reconnectByMs)}, but the site isolates for at most ` +
      `${formatDuration(maxIsolation)} (maxIsolation)`;
    problems.add(["window", "reconnectBy"], message, "reconnect earlier, or raise maxIsolation on purpose");
    return;
  }
  const { maxExtension = 0, onAnomaly = "report" } = stack.window ?? {};
  const holdMs = onAnomaly === "report" ? 0 : onAnomaly.hold;
  if (reconnectByMs === undefined || maxIsolation === undefined || maxExtension + holdMs === 0) return;
  if (reconnectByMs + maxExtension + holdMs <= maxIsolation) return;
  const more = [
    ...(maxExtension > 0 ? [`an extension of ${formatDuration(maxExtension)}`] : []),
    ...(holdMs > 0 ? [`a hold of ${formatDuration(holdMs)}`] : []),
  ];
  const message =
    `reconnectBy (${after(reconnectByMs)}) and ${more.join(" and ")} are more than ` +
    `${formatDuration(maxIsolation)}, the longest the site isolates (maxIsolation)`;
  const field = holdMs > 0 ? "onAnomaly" : "maxExtension";
  problems.add(["window", field], message, "allow less, or raise maxIsolation on purpose");
}

/** A service that is down from the first probe on has to end the window before the window ends by itself. */
function checkTolerance(reconnectByMs: number | undefined, { services }: Stack, problems: Problems): void {
  for (const [index, { name, probe }] of (services ?? []).entries()) {
    const silentMs = (probe.tolerate + 1) * probe.everyMs;
    if (reconnectByMs === undefined || silentMs < reconnectByMs) continue;
    const message = `${name} may be silent for ${formatDuration(silentMs)}, longer than the whole window: nothing would end it early`;
    problems.add(["services", index, "probe"], message, "probe more often, or tolerate less");
  }
}

function checkIsolated(stack: Stack, problems: Problems): void {
  const isolate = stack.window?.isolate ?? [];
  for (const [index, name] of isolate.entries()) {
    const path = ["window", "isolate", index];
    if (isolate.indexOf(name) !== index) {
      problems.add(path, `${name} is written twice`, "take one of them out");
    }
    const segment = stack.segments?.find((candidate) => candidate.name === name);
    if (segment === undefined) continue;
    if (!mayBeIsolated(segment)) {
      const message = `the segment ${name} has the role ${segment.role} and can never be isolated`;
      const hint = "only administrative and guest segments can be; take it out of isolate";
      problems.add(path, message, hint);
    } else if (segment.probePoint === undefined) {
      problems.warn(path, `${name} has no probePoint, so its isolation can't be proved from inside`);
    }
  }
}

const mayBeIsolated = (segment: Segment): boolean =>
  segment.role === "administrative" || segment.role === "guest";
