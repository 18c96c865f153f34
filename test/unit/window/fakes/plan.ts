/** A small hospital's plan: two isolated segments, two sources, one service that must not stop. */
import type { MariadbSource, Service, SmbSource } from "../../../../src/model/hospital.ts";
import type { WindowPlan } from "../../../../src/model/plan.ts";

export const targets = ["203.0.113.10:80", "[2001:db8:ffff::10]:80"] as const;

const files: SmbSource = {
  kind: "smb",
  name: "office-files",
  segment: "administrative",
  credentials: "share",
  order: 1,
  host: "files.internal",
  share: "office",
  canaries: [],
};

const records: MariadbSource = {
  kind: "mariadb",
  name: "records",
  segment: "clinical",
  credentials: "database",
  order: 0,
  host: "simrs.internal",
  port: 3306,
  database: "simrs",
};

const medicalRecord: Service = {
  name: "medical-record",
  at: "clinical",
  users: ["clinical"],
  needs: [],
  probe: { target: { kind: "http", url: "http://rekam-medis.internal/health" }, everyMs: 2000, tolerate: 3 },
  whenUnknown: "proceed",
  records: {
    url: "http://127.0.0.1:8080/counts",
    source: "records",
    query: "SELECT COUNT(*) FROM entry",
  },
};

export const plan: WindowPlan = {
  version: 1,
  id: "20170515T0000-test-1",
  hospital: "RS Uji",
  zone: "Asia/Jakarta",
  schedule: { start: "arm", startCutoffMs: 60_000, backupStopMs: 140_000, reconnectByMs: 180_000 },
  maxIsolationMs: 180_000,
  lease: "window",
  segments: [
    segment("clinical", "clinical", 10, false),
    segment("administrative", "administrative", 20, true),
    segment("guest", "guest", 30, true),
  ],
  edges: [{ name: "edge", ssh: "edge-window", targets }],
  backupHost: {
    name: "backup",
    ssh: "backup",
    addresses: ["10.50.0.10", "2001:db8:50::10"],
    controlFrom: ["10.40.0.10"],
    repository: { path: "/srv/jeda", credentials: "repository" },
  },
  sources: [files, records],
  services: [medicalRecord],
  runbook: {
    name: "isolate-backup-reconnect",
    hash: "0".repeat(64),
    steps: [
      { kind: "preflight" },
      { kind: "isolate" },
      { kind: "prove", state: "isolated" },
      { kind: "backup", sources: "all", parallel: 2 },
      { kind: "verify", readPercent: 5, sampleFiles: 20, databases: "load" },
    ],
    finally: [{ kind: "shut-and-reconnect" }, { kind: "prove", state: "connected" }, { kind: "report" }],
  },
  hazards: [],
};

function segment(
  name: string,
  role: "clinical" | "administrative" | "guest",
  number: number,
  isolate: boolean,
): WindowPlan["segments"][number] {
  return {
    name,
    role,
    isolate,
    interfaces: [`${name.slice(0, 4)}0`],
    cidrs: [`10.${number}.0.0/24`, `2001:db8:${number}::/64`],
    probePoint: `probe-${name}`,
  };
}
