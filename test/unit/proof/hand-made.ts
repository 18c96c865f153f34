/** A small sound hospital; each test breaks one thing. */
import type { Hospital, Segment, Service } from "../../../src/model/hospital.ts";

export function segment(name: string, role: Segment["role"], number: number): Segment {
  return {
    name,
    role,
    interfaces: [`eth${number}`],
    cidrs: [`10.${number}.0.0/16`, `2001:db8:${number}::/48`],
  };
}

export function service(name: string, at: string, changes: Partial<Service> = {}): Service {
  return {
    name,
    at,
    users: [],
    needs: [],
    probe: { target: { kind: "http", url: `http://${name}.internal/health` }, everyMs: 1000, tolerate: 3 },
    whenUnknown: "refuse",
    ...changes,
  };
}

export function handMade(changes: Partial<Hospital> = {}): Hospital {
  return {
    name: "hand-made",
    zone: "Asia/Jakarta",
    segments: [
      segment("clinical", "clinical", 10),
      segment("office", "administrative", 20),
      segment("guest", "guest", 30),
      segment("management", "management", 40),
      segment("vault", "vault", 50),
    ],
    edges: [
      {
        name: "edge",
        ssh: { read: "edge", window: "edge", policy: "edge" },
        uplinks: [
          { name: "internet", interface: "wan0", targets: ["203.0.113.10:80", "[2001:db8:ffff::10]:80"] },
        ],
        services: [],
      },
    ],
    backupHost: {
      name: "backup",
      ssh: "backup",
      addresses: ["10.50.0.10", "2001:db8:50::10"],
      controlFrom: ["10.40.0.10"],
      repository: { path: "/srv/repository", credentials: "repository" },
    },
    sources: [
      {
        kind: "smb",
        name: "files",
        segment: "office",
        credentials: "files",
        order: 1,
        host: "files.internal",
        share: "office",
        canaries: [],
        expectedBytes: 100 * 2 ** 30,
      },
    ],
    services: [service("records", "clinical", { users: ["clinical"] })],
    lateral: { mode: "enforce", allow: [] },
    maxIsolationMs: 14_400_000,
    window: {
      start: "2017-05-15T00:00:00+07:00",
      startCutoffMs: 900_000,
      backupStopMs: 9_600_000,
      reconnectByMs: 10_800_000,
      isolate: ["office"],
      runbook: "isolate-backup-reconnect",
      attempt: 1,
      lease: "window",
    },
    notices: [],
    ...changes,
  };
}

/** The same hospital with one segment changed. */
export function withSegment(name: string, changes: Partial<Segment>): Hospital {
  const sound = handMade();
  const segments = sound.segments.map((one) => (one.name === name ? { ...one, ...changes } : one));
  return { ...sound, segments };
}
