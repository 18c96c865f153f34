/** The plan of a window, computed from the model alone. Pure: the same hospital gives the same plan. */
import { Temporal } from "temporal-polyfill";
import type { BackupHost, Hospital } from "../model/hospital.ts";
import type { PlannedSegment, WindowPlan } from "../model/plan.ts";
import type { Runbook } from "../model/runbook.ts";

export interface PlanExtras {
  /** What the flow proof warns of. */
  readonly hazards?: readonly string[];
  /** The reason, when a window runs without a promoted stage. */
  readonly promotionOverride?: string;
}

/** What only previews need is no part of a window. */
function neededOf({ knownTables: _, ...host }: BackupHost): BackupHost {
  return host;
}

export function makePlan(hospital: Hospital, runbook: Runbook, extras: PlanExtras = {}): WindowPlan {
  const { window } = hospital;
  return {
    version: 1,
    id: windowId(hospital, runbook),
    hospital: hospital.name,
    zone: hospital.zone,
    schedule: {
      start: window.start,
      startCutoffMs: window.startCutoffMs,
      backupStopMs: window.backupStopMs,
      reconnectByMs: window.reconnectByMs,
    },
    maxIsolationMs: hospital.maxIsolationMs,
    lease: window.lease,
    ...(window.heartbeatMs === undefined ? {} : { heartbeatMs: window.heartbeatMs }),
    ...(window.maxExtensionMs === undefined ? {} : { maxExtensionMs: window.maxExtensionMs }),
    ...(window.maxClockDifferenceMs === undefined
      ? {}
      : { maxClockDifferenceMs: window.maxClockDifferenceMs }),
    segments: hospital.segments.map(
      (segment): PlannedSegment => ({ ...segment, isolate: window.isolate.includes(segment.name) }),
    ),
    edges: hospital.edges.map((edge) => ({
      name: edge.name,
      ssh: edge.ssh.window,
      targets: edge.uplinks.flatMap((uplink) => uplink.targets),
      uplinks: edge.uplinks.map((uplink) => uplink.interface),
    })),
    backupHost: neededOf(hospital.backupHost),
    sources: [...hospital.sources].sort((a, b) => a.order - b.order),
    services: hospital.services,
    notices: hospital.notices,
    runbook,
    hazards: extras.hazards ?? [],
    ...(extras.promotionOverride === undefined ? {} : { promotionOverride: extras.promotionOverride }),
  };
}

/**
 * `2017-05-15T0000-asia-jakarta-1f2e3d4c-1`: start, zone, runbook, attempt. The same window always gets the
 * same id, so a second `pulumi up` finds it. Letters, digits, "T", "+", "-" and "_" only.
 */
export function windowId(hospital: Pick<Hospital, "window" | "zone">, runbook: Runbook): string {
  const { start, attempt } = hospital.window;
  const zone = hospital.zone
    .toLowerCase()
    .replaceAll("/", "-")
    .replaceAll(/[^a-z0-9+_-]/g, "");
  return [startName(start, hospital.zone), zone, runbook.hash.slice(0, 8), attempt].join("-");
}

function startName(start: string, zone: string): string {
  if (start === "arm") return "arm";
  const moment = Temporal.Instant.from(start).toZonedDateTimeISO(zone);
  const local = moment.toPlainDateTime();
  const precision = local.second === 0 ? "minute" : "second";
  // Where clocks go back a local time comes twice; the offset tells the two windows apart.
  const twice = ["earlier", "later"].some((disambiguation) => {
    const reading = local.toZonedDateTime(zone, { disambiguation: disambiguation as "earlier" | "later" });
    return reading.epochMilliseconds !== moment.epochMilliseconds;
  });
  const text = local.toString({ smallestUnit: precision }) + (twice ? moment.offset : "");
  return text.replaceAll(":", "");
}
