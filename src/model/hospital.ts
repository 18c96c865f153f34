/**
 * The hospital as data: what the configuration describes, after validation. Pure types; every other part
 * (rulesets, proof, plan, Pulumi resources) is computed from a `Hospital` and from nothing else.
 */
import type { Blackout, Recurrence } from "./recurrence.ts";

/** `clinical` and `management` segments can never be isolated; `vault` holds the backup host alone. */
export type Role = "clinical" | "administrative" | "guest" | "management" | "vault";

export interface Segment {
  readonly name: string;
  readonly role: Role;
  /** Interfaces of the edge that lead to this segment (field `on`). */
  readonly interfaces: readonly string[];
  /** Canonical, disjoint prefixes ("10.20.0.0/20", "2001:db8:20::/48"). */
  readonly cidrs: readonly string[];
  /** OpenSSH destination (usually an alias with the edge as jump host) from which flows are tried. */
  readonly probePoint?: string;
}

export interface Uplink {
  readonly name: string;
  readonly interface: string;
  /** TCP targets beyond this uplink, "host:port" or "[v6]:port", tried to prove connected and isolated. */
  readonly targets: readonly string[];
}

/** A proxy, resolver or tunnel on the edge itself: a way out that the forward hook never sees. */
export interface EdgeService {
  readonly name: string;
  readonly protocol: "tcp" | "udp";
  readonly port: number;
}

/** OpenSSH destinations, one for each of the three forced-command keys. They may be the same alias. */
export interface EdgeReach {
  readonly read: string;
  readonly window: string;
  readonly policy: string;
}

/** A table of the site's own that hooks the same traffic, as it was looked at and found harmless. */
export interface KnownTable {
  /** "ip nat": family and name. */
  readonly table: string;
  /** The earliest priority it may have at each hook; others only behind jeda's own chains. */
  readonly hooks: readonly { readonly hook: string; readonly priority: number }[];
  /** Of what it says, where that is pinned. */
  readonly sha256?: string | undefined;
  /** Of its hooks, priorities and policies alone, which stay while a product changes its rules. */
  readonly baseChains?: string | undefined;
  readonly reason?: string | undefined;
}

export interface Edge {
  readonly name: string;
  readonly ssh: EdgeReach;
  readonly uplinks: readonly Uplink[];
  readonly services: readonly EdgeService[];
  readonly knownTables?: readonly KnownTable[];
}

export interface BackupHost {
  readonly name: string;
  /** OpenSSH destination of the control path: a root shell. */
  readonly ssh: string;
  /** OpenSSH destination of the read-only key, by which previews and the drift check look; `ssh` where there is none. */
  readonly sshRead?: string;
  /** The vault addresses of the host, one per family where both exist. */
  readonly addresses: readonly string[];
  /** Management addresses that may open SSH to the host, always. */
  readonly controlFrom: readonly string[];
  readonly knownTables?: readonly KnownTable[];
  readonly repository: Repository;
}

export interface Repository {
  /** Absolute path on the backup host. */
  readonly path: string;
  /** Name in the credentials map; its `password` opens the repository. */
  readonly credentials: string;
}

interface SourceBase {
  readonly name: string;
  /** Name of the segment the source lives in (field `from`). */
  readonly segment: string;
  /** Name in the credentials map. */
  readonly credentials: string;
  /** Lower runs first: order of value. */
  readonly order: number;
  /** Bytes, for the estimate of a first window. */
  readonly expectedBytes?: number;
  /** Milliseconds without a byte after which its transfer is stopped, and the next source goes on. */
  readonly standstillMs?: number;
}
export interface SmbSource extends SourceBase {
  readonly kind: "smb";
  readonly host: string;
  readonly share: string;
  /** Relative paths whose change is an anomaly. */
  readonly canaries: readonly string[];
  /** Patterns of what is left out (`share-excludes.ts`). */
  readonly exclude?: readonly string[];
  /** Within so many windows what was stored of every file is compared with the server's. */
  readonly proveWithinWindows?: number;
}
export interface MariadbSource extends SourceBase {
  readonly kind: "mariadb";
  readonly host: string;
  readonly port: number;
  readonly database: string;
}
export type Source = SmbSource | MariadbSource;

export type ProbeTarget =
  | { readonly kind: "http"; readonly url: string }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

export interface Probe {
  readonly target: ProbeTarget;
  /** Milliseconds between two probes. */
  readonly everyMs: number;
  /** Consecutive failures that are tolerated; one more aborts the window. */
  readonly tolerate: number;
}

/** What a service cannot do without; followed transitively by the proof. */
export type Need =
  | { readonly kind: "service"; readonly service: string }
  | { readonly kind: "segment"; readonly segment: string }
  | { readonly kind: "uplink"; readonly uplink: string };

/** Where clinical record entry is counted: the entry side by HTTP, the stored side in the database. */
export interface RecordWitness {
  /** Answers `{"sent": n, "acknowledged": n}`; asked through the probe point of the users' segment. */
  readonly url: string;
  /** Name of the mariadb source whose `query` counts what is stored. */
  readonly source: string;
  /** One SQL statement that yields one number. */
  readonly query: string;
}

export interface Service {
  readonly name: string;
  /** Segment where it runs (field `at`). */
  readonly at: string;
  /** Segments its users sit in; probed from their probe points. */
  readonly users: readonly string[];
  readonly needs: readonly Need[];
  readonly probe: Probe;
  /** What to do when no prober can be reached: never taken for a failed service. */
  readonly whenUnknown: "proceed" | "refuse";
  readonly records?: RecordWitness;
}

/** What the hospital's machines depend on besides the services: time, name servers, a mail relay. */
export interface Endpoint {
  readonly name: string;
  /** A host name or an address. */
  readonly host: string;
  /** Segment or uplink where a host known by name stands. */
  readonly at?: string;
  /** Segments whose machines ask it. */
  readonly users: readonly string[];
}

export interface LateralPolicy {
  /** `observe` counts SMB, RPC and RDP between segments; `enforce` drops them. */
  readonly mode: "observe" | "enforce";
  /** Pairs that stay open when enforced: "from -> to" by segment name. */
  readonly allow: readonly { readonly from: string; readonly to: string }[];
}

export interface WindowSpec {
  /**
   * ISO 8601 instant with offset; "arm": the moment the runner accepts the plan; "recurring": the runner arms one
   * window after another by `recurrence`, and the lengths below are those of a night on which no clock changes.
   */
  readonly start: string;
  readonly recurrence?: Recurrence;
  /** Of a recurring window. */
  readonly blackouts?: readonly Blackout[];
  /** Milliseconds after the start. Nothing is started after `startCutoffMs`. */
  readonly startCutoffMs: number;
  readonly backupStopMs: number;
  readonly reconnectByMs: number;
  readonly isolate: readonly string[];
  readonly runbook: string;
  /** Distinguishes a repeated window with the same start. */
  readonly attempt: number;
  readonly lease: "window" | "heartbeat";
  /** With `lease: heartbeat`: milliseconds after the runner's last renewal at which the segments are back. */
  readonly heartbeatMs?: number;
  /** Milliseconds by which an operator may put `backupStop` and `reconnectBy` off, all in all; never without it. */
  readonly maxExtensionMs?: number;
  /** After an anomaly the segments stay cut for so many milliseconds at most; without it it is only reported. */
  readonly onAnomaly?: { readonly holdMs: number };
  /** Where a flow is closed before the window by the site's own rules on the edge; none: it is reported. */
  readonly closedBefore?: "report" | "refuse";
  /** Percent of a source's files, bytes or rows that may have changed since the last window that found nothing. */
  readonly mostChangedPercent?: number;
  /** Milliseconds by which the wall clocks of the backup host and an edge may differ. */
  readonly maxClockDifferenceMs?: number;
  /** Whether `pulumi up` stays until the window has ended, or returns as soon as it is armed; `follow` unless told. */
  readonly follow?: "follow" | "return";
}

export interface Notice {
  readonly to: string;
  readonly language: "id" | "en";
  readonly command?: readonly string[];
}

export interface Promotion {
  /** Stack that must have ended ok with the same runbook. */
  readonly from: string;
  readonly maxAgeMs: number;
  /** Public key of that stack's backup host, "ed25519:…": without it any result in its state is believed. */
  readonly key?: string;
  readonly override?: { readonly reason: string };
}

export interface Hospital {
  readonly name: string;
  /** IANA zone of every time in the configuration. */
  readonly zone: string;
  readonly segments: readonly Segment[];
  readonly edges: readonly Edge[];
  readonly backupHost: BackupHost;
  readonly sources: readonly Source[];
  readonly services: readonly Service[];
  readonly endpoints?: readonly Endpoint[];
  readonly lateral: LateralPolicy;
  /** The site's maximum isolation in milliseconds: the default timeout of every lease set. */
  readonly maxIsolationMs: number;
  readonly window: WindowSpec;
  readonly notices: readonly Notice[];
  readonly promotion?: Promotion;
}

/** Secret values by name. Never part of the model, the plan, the journal or the report. */
export type Credentials = Readonly<Record<string, { readonly user?: string; readonly password: string }>>;
