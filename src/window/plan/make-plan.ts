/** The plan of a window, computed from the model alone. Pure: the same hospital gives the same plan. */
import type { BackupHost, Hospital } from "../../model/hospital.ts";
import type { PlannedSegment, WindowPlan } from "../../model/plan.ts";
import type { Runbook } from "../../model/runbook.ts";
import { windowId } from "../../schedule/window-id.ts";

export interface PlanExtras {
  /** What the flow proof warns of. */
  readonly hazards?: readonly string[];
  /** The reason, when a window runs without a promoted stage. */
  readonly promotionOverride?: string;
  /** "organization/project/stack". */
  readonly stack?: string;
}

/** What only previews need is no part of a window. */
function neededOf({ knownTables: _tables, sshRead: _read, ...host }: BackupHost): BackupHost {
  return host;
}

export function makePlan(hospital: Hospital, runbook: Runbook, extras: PlanExtras = {}): WindowPlan {
  const { window } = hospital;
  return {
    version: 1,
    id: windowId(hospital, runbook),
    hospital: hospital.name,
    ...(extras.stack === undefined ? {} : { stack: extras.stack }),
    zone: hospital.zone,
    schedule: {
      start: window.start,
      startCutoffMs: window.startCutoffMs,
      backupStopMs: window.backupStopMs,
      reconnectByMs: window.reconnectByMs,
      ...(window.recurrence === undefined ? {} : { recurrence: window.recurrence }),
      ...(window.blackouts === undefined ? {} : { blackouts: window.blackouts }),
    },
    maxIsolationMs: hospital.maxIsolationMs,
    lease: window.lease,
    ...(window.heartbeatMs === undefined ? {} : { heartbeatMs: window.heartbeatMs }),
    ...(window.maxExtensionMs === undefined ? {} : { maxExtensionMs: window.maxExtensionMs }),
    ...(window.onAnomaly === undefined ? {} : { onAnomaly: window.onAnomaly }),
    ...(window.closedBefore === undefined ? {} : { closedBefore: window.closedBefore }),
    ...(window.mostChangedPercent === undefined ? {} : { mostChangedPercent: window.mostChangedPercent }),
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
      beyond: edge.uplinks,
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
