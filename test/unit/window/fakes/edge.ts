/** An edge in memory that keeps leases the way the kernel does: by its own boot clock, fenced. */
import type {
  BridgePort,
  EdgeClient,
  EdgeClock,
  EdgeListing,
  ForeignHook,
  LeaseRequest,
  LeaseSet,
} from "../../../../src/model/edge-protocol.ts";
import { JedaError } from "../../../../src/model/errors.ts";
import type { Clock } from "../../../../src/window/clocks/clock.ts";

export class FakeEdge implements EdgeClient {
  readonly name: string;
  readonly calls: string[] = [];
  /** Called before each command; may throw, or wait. */
  before: (command: string) => Promise<void> | void = () => undefined;
  /** Says yes and does nothing. */
  deafTo = new Set<LeaseSet>();
  /** Sets that a release leaves as they are. */
  sticky = new Set<LeaseSet>();
  foreign: ForeignHook[] = [];
  bridges: BridgePort[] = [];
  /** The site's own tables, as `nft list ruleset` prints them. */
  siteRules = "";
  /** Somebody has emptied its ruleset. */
  flushed = false;
  /** Why the minimal ruleset is in force. */
  fallback: string | null = null;
  fence = 7;
  readonly #clock: Clock;
  readonly #ends = new Map<string, { set: LeaseSet; value: string; at: number }>();
  /** This edge was booted at another moment than the backup host. */
  #bootOffset = 123_456;
  #boots = 0;

  constructor(name: string, clock: Clock) {
    this.name = name;
    this.#clock = clock;
  }

  get bootMs(): number {
    return this.#clock.bootMs() + this.#bootOffset;
  }

  /** Its sets are empty and its boot clock begins anew; the fence is on its disk. */
  reboot(): void {
    this.#boots++;
    this.#ends.clear();
    this.#bootOffset = 5_000 - this.#clock.bootMs();
  }

  /** Somebody flushes sets by hand. */
  forget(which: (set: LeaseSet) => boolean): void {
    for (const [key, { set }] of this.#ends) if (which(set)) this.#ends.delete(key);
  }

  /** Somebody gives every element another end. */
  lengthen(ms: number): void {
    for (const [key, lease] of this.#ends) this.#ends.set(key, { ...lease, at: this.bootMs + ms });
  }

  holds(set: LeaseSet, value?: string): boolean {
    return this.#live().some((lease) => lease.set === set && (value === undefined || lease.value === value));
  }

  async clock(): Promise<EdgeClock> {
    await this.#called("clock");
    return this.#now();
  }

  async list(): Promise<EdgeListing> {
    await this.#called("list");
    return {
      clock: this.#now(),
      scriptSha256: "",
      tables: this.flushed
        ? { jeda: null, jeda_window: null }
        : { jeda: "table inet jeda {}", jeda_window: "table inet jeda_window {}" },
      wanted: { jeda: null, jeda_window: null },
      leases: this.#live().map(({ set, value, at }) => ({ set, value, expiresMs: at - this.bootMs })),
      foreign: this.foreign,
      bridges: this.bridges,
      siteRules: this.siteRules,
      probation: false,
      persisted: { text: "", mode: "644 0:0", fallback: this.fallback },
    };
  }

  async lease(request: LeaseRequest): Promise<{ timeoutMs: number; clock: EdgeClock }> {
    const vault = request.elements.some((element) => element.set === "vault_open");
    await this.#called(vault ? "lease vault" : "lease");
    if (request.bootId !== this.#bootId) throw new JedaError("REFUSED", "the lease is for another boot");
    if (request.fence < this.fence) throw new JedaError("REFUSED", "a newer fence is there");
    const timeoutMs = request.deadlineBootMs - this.bootMs;
    if (timeoutMs < 1000) throw new JedaError("DEADLINE", "the deadline has passed");
    for (const { set, value } of request.elements) {
      if (!this.deafTo.has(set))
        this.#ends.set(`${set} ${value}`, { set, value, at: request.deadlineBootMs });
    }
    return { timeoutMs, clock: this.#now() };
  }

  renew(request: LeaseRequest): Promise<{ timeoutMs: number; clock: EdgeClock }> {
    if (request.elements.some(({ set, value }) => !this.holds(set, value)))
      return Promise.reject(new JedaError("REFUSED", "there is nothing to renew"));
    return this.lease(request);
  }

  async release(fence: number): Promise<EdgeClock> {
    await this.#called("release");
    this.fence = Math.max(this.fence + 1, fence);
    for (const [key, { set }] of this.#ends) if (!this.sticky.has(set)) this.#ends.delete(key);
    return this.#now();
  }

  async shut(): Promise<EdgeClock> {
    await this.#called("shut");
    for (const [key, { set }] of this.#ends) if (set === "vault_open") this.#ends.delete(key);
    return this.#now();
  }

  apply = (): Promise<void> => Promise.reject(new Error("not in a window"));
  confirm = this.apply;
  revert = this.apply;
  close = (): Promise<void> => Promise.resolve();

  async #called(command: string): Promise<void> {
    this.calls.push(command);
    await this.before(command);
  }

  get #bootId(): string {
    return this.#boots === 0 ? "edge-boot" : `edge-boot-${this.#boots}`;
  }

  #now(): EdgeClock {
    return { bootId: this.#bootId, bootMs: this.bootMs, wallMs: this.#clock.wallMs(), fence: this.fence };
  }

  #live(): readonly { set: LeaseSet; value: string; at: number }[] {
    return [...this.#ends.values()].filter(({ at }) => at > this.bootMs);
  }
}
