/** A small hospital for the tests of the firewall: the addresses of the lab, fewer hosts. */
import type { Edge, Hospital, Role, Segment } from "../../../src/model/hospital.ts";

export const edge: Edge = {
  name: "edge",
  ssh: { read: "edge-read", window: "edge-window", policy: "edge-policy" },
  uplinks: [{ name: "internet", interface: "wan0", targets: ["203.0.113.10:7"] }],
  services: [{ name: "proxy", protocol: "tcp", port: 3128 }],
};

function segment(name: string, role: Role, number: number, on: string): Segment {
  return { name, role, interfaces: [on], cidrs: [`10.${number}.0.0/24`, `2001:db8:${number}::/64`] };
}

export const hospital: Hospital = {
  name: "RS Uji",
  zone: "Asia/Jakarta",
  segments: [
    segment("clinical", "clinical", 10, "clin0"),
    segment("administrative", "administrative", 20, "adm0"),
    segment("guest", "guest", 30, "guest0"),
    segment("management", "management", 40, "ops0"),
    segment("vault", "vault", 50, "vault0"),
  ],
  edges: [edge],
  backupHost: {
    name: "backup",
    ssh: "backup",
    addresses: ["10.50.0.10", "2001:db8:50::10"],
    controlFrom: ["10.40.0.10", "2001:db8:40::10"],
    repository: { path: "/srv/repository", credentials: "repository" },
  },
  sources: [],
  services: [],
  lateral: { mode: "enforce", allow: [{ from: "management", to: "clinical" }] },
  maxIsolationMs: 3 * 3_600_000,
  window: {
    start: "arm",
    startCutoffMs: 60_000,
    backupStopMs: 120_000,
    reconnectByMs: 180_000,
    isolate: ["administrative"],
    runbook: "isolate-backup-reconnect",
    attempt: 1,
    lease: "window",
  },
  notices: [],
};
