/**
 * What is said to an edge: the requests and the one-line JSON answers of `src/firewall/edge/`, the script
 * that each edge runs as the forced command of the three keys. Nothing here does I/O.
 */

/** The edge's own clocks, read in one call. */
export interface EdgeClock {
  /** /proc/sys/kernel/random/boot_id */
  readonly bootId: string;
  /** Milliseconds since boot (/proc/uptime, 10 ms steps; keeps counting whatever the wall clock does). */
  readonly bootMs: number;
  /** Milliseconds since the epoch by the edge's wall clock. */
  readonly wallMs: number;
  /** The newest fence: a lease that carries an older one is refused. */
  readonly fence: number;
}

/** The lease sets of `inet jeda_window`. */
export type LeaseSet = "isolated_if" | "isolated_v4" | "isolated_v6" | "vault_open";

export interface LeaseElement {
  readonly set: LeaseSet;
  /** An interface name, a prefix, or for `vault_open` the words "ipv4" and "ipv6". */
  readonly value: string;
}

/**
 * By so much the edge lets a lease outlive its deadline where its own process was held up between computing and
 * loading (`src/firewall/edge/leases.sh`), milliseconds. A tenth of the second that is promised.
 */
export const acceptedLateMs = 100;

export interface LeaseRequest {
  readonly bootId: string;
  readonly fence: number;
  /** Moment of the edge's boot clock at which the kernel deletes the elements, in milliseconds. */
  readonly deadlineBootMs: number;
  readonly elements: readonly LeaseElement[];
}

export interface LeaseAnswer {
  /** The timeout that the edge computed and the kernel accepted, whole milliseconds. */
  readonly timeoutMs: number;
  readonly clock: EdgeClock;
}

/** An element as the kernel holds it. `expiresMs` is null for an element without an end: always drift. */
export interface LiveLease extends LeaseElement {
  readonly expiresMs: number | null;
  /**
   * Milliseconds until the end that the edge's script granted; null for an element it never leased, absent where
   * the script is too old to know.
   */
  readonly grantedMs?: number | null;
}

/** What is loaded at the next boot, and who may write it. */
export interface Persisted {
  /** Null where the file does not exist. */
  readonly text: string | null;
  /** Each table of it as the host's own nft prints it; absent where the script is too old to say. */
  readonly tables?: Readonly<Record<string, string | null>>;
  /** What nft says where the file does not load. */
  readonly refused?: string;
  /** The text of what is loaded instead where it does not; null without such a file. */
  readonly minimal?: string | null;
  /** As `mode`, of that file. */
  readonly minimalMode?: string;
  /** Why this boot runs on that one; null where it does not. */
  readonly fallback?: string | null;
  /** "600 0:0": mode, owner and group; empty without a file. */
  readonly mode: string;
}

export interface ForeignHook {
  readonly table: string;
  readonly chain: string;
  readonly hook: string;
  readonly priority: number;
}

export interface BridgePort {
  readonly bridge: string;
  readonly port: string;
}

/** The two tables' names; jeda owns these on an edge, and never another. */
export type TableName = "jeda" | "jeda_window";

/** What an edge tells of what jeda depends on and does not own. */
export interface EdgeFacts {
  /** Path → "755 0:0", with "link" or "immutable" behind it. */
  readonly directories: Readonly<Record<string, string>>;
  /** The fence and its copy; they differ only by somebody's hand. */
  readonly fences: readonly number[];
  /** Path → number of each that the edge's script did not write. */
  readonly fencesByHand: Readonly<Record<string, string>>;
  /** Files that load the policy when the edge boots. */
  readonly hooks: readonly string[];
  /** Interface → by what its packets are taken past the forward hook ("has a tc filter at its ingress"). */
  readonly interfaces: Readonly<Record<string, readonly string[]>>;
  /** BPF programs on netfilter's hooks: "IPv4 forward at priority -5". */
  readonly hookPrograms: readonly string[];
  /** What could not be looked at, and what is missing for it: "BPF programs: perl is missing (package perl-base)". */
  readonly unlooked: readonly string[];
  /** The site's own, by what it concerns. Empty where the script is too old to tell. */
  readonly site: Readonly<Record<"network" | "host", SiteFacts>>;
  /** Files beside jeda's own script. */
  readonly strays: readonly string[];
}

/**
 * "route IPv4 default via 192.0.2.1 dev wan0" or "file /etc/hosts" → what it is, often nothing; "kinds" → the words
 * that such names may begin with.
 */
export type SiteFacts = Readonly<Record<string, string>>;

export interface EdgeListing {
  readonly clock: EdgeClock;
  /** SHA-256 of the script itself. */
  readonly scriptSha256: string;
  /** `nft -s list table inet NAME`, or null where the table does not exist. */
  readonly tables: Readonly<Record<TableName, string | null>>;
  /** The wanted text of each table as the edge's own nft prints it after loading it in a scratch namespace. */
  readonly wanted: Readonly<Record<TableName, string | null>>;
  readonly leases: readonly LiveLease[];
  readonly foreign: readonly ForeignHook[];
  /** "inet filter" → SHA-256 of what the table says. Absent where the script is too old to tell. */
  readonly foreignHashes?: Readonly<Record<string, string>>;
  /** `nft list ruleset` without jeda's own tables. Absent where the script is too old to tell. */
  readonly siteRules?: string;
  /** The same of its base chains alone. */
  readonly foreignBaseChains?: Readonly<Record<string, string>>;
  /** Absent where the script is too old to say. */
  readonly bridges?: readonly BridgePort[];
  /** True while a provisional policy waits for its confirmation. */
  readonly probation: boolean;
  /** "755 0:0": mode, owner and group of the script. Absent where the script is too old to say. */
  readonly scriptMode?: string;
  readonly persisted?: Persisted;
  /** Absent, as `keys`, where the script is too old to tell. */
  readonly facts?: EdgeFacts;
  /** The account's authorized_keys. */
  readonly keys?: string;
}

/** What a host loads at boot: nft texts as they were compiled, for another nft may be there by then. */
export interface BootFiles {
  /** All of jeda's tables on that host. */
  readonly boot: string;
  /** What is loaded where `boot` does not load (`src/firewall/tables/minimal-table.ts`). */
  readonly minimal: string;
}

/** nft scripts for one commit-confirmed change; see `src/firewall/change/transition.ts`. */
export interface Transition extends Partial<BootFiles> {
  readonly provisional: string;
  readonly confirmed: string;
  readonly reverted: string;
}

/** The edge as the rest of jeda sees it. Every method throws a `JedaError`. */
export interface EdgeClient {
  readonly name: string;
  clock(): Promise<EdgeClock>;
  list(wanted?: Readonly<Partial<Record<TableName, string>>>): Promise<EdgeListing>;
  /** Adds all elements in one transaction with what is left until the deadline as timeout. */
  lease(request: LeaseRequest): Promise<LeaseAnswer>;
  /** add + delete + add in one transaction, then read back: the elements are never absent in between. */
  renew(request: LeaseRequest): Promise<LeaseAnswer>;
  /** Empties every lease set in one transaction (shut and reconnect) and raises the fence to at least `fence`. */
  release(fence: number): Promise<EdgeClock>;
  /** Empties `vault_open` only. */
  shut(): Promise<EdgeClock>;
  /** Loads `provisional`; the kernel falls back after `probationMs` unless `confirm` comes. */
  apply(transition: Transition, probationMs: number): Promise<void>;
  /** Over a new connection. */
  confirm(): Promise<void>;
  revert(): Promise<void>;
  close(): Promise<void>;
}
