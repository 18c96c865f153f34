/** An edge in memory: it holds texts where the kernel holds tables, and lets the test play the kernel. */
import type { Edges } from "../../../provider/hosts/ports.ts";
import type {
  BootFiles,
  BridgePort,
  EdgeClient,
  EdgeListing,
  ForeignHook,
  LeaseElement,
  LiveLease,
  Persisted,
  Transition,
} from "../../../src/model/edge-protocol.ts";
import { JedaError } from "../../../src/model/errors.ts";
import type { Flow, Prober } from "../../../src/model/prober.ts";

type Live = Record<"jeda" | "jeda_window", string | null>;

export class FakeEdge implements Edges {
  tables: Live = { jeda: null, jeda_window: null };
  leases: LiveLease[] = [];
  foreign: ForeignHook[] = [];
  bridges: BridgePort[] = [];
  script = "0".repeat(64);
  persisted: Persisted | undefined;
  siteRules: string | undefined;
  unreachable: JedaError | null = null;
  /** What the service answers under a given policy. */
  answer: (policy: string | null) => Flow = () => "open";
  confirmable = true;
  readonly said: string[] = [];
  #before: Live | null = null;

  client(name: string, _ssh?: unknown, _role?: unknown): EdgeClient {
    const reach = (verb: string) => {
      this.said.push(verb);
      if (this.unreachable !== null) throw this.unreachable;
    };
    const clock = { bootId: "b", bootMs: 1_000, wallMs: Date.UTC(2017, 4, 14, 17, 0, 0), fence: 7 };
    return {
      name,
      clock: async () => clock,
      list: async (wanted = {}): Promise<EdgeListing> => {
        reach("list");
        return {
          clock,
          scriptSha256: this.script,
          tables: { ...this.tables },
          wanted: { jeda: wanted.jeda ?? null, jeda_window: wanted.jeda_window ?? null },
          leases: [...this.leases],
          foreign: [...this.foreign],
          bridges: [...this.bridges],
          probation: this.#before !== null,
          ...(this.persisted === undefined ? {} : { persisted: this.persisted }),
          ...(this.siteRules === undefined ? {} : { siteRules: this.siteRules }),
        };
      },
      lease: () => Promise.reject(new Error("the provider leases nothing")),
      renew: () => Promise.reject(new Error("the provider renews nothing")),
      release: async (fence) => {
        reach(`release ${fence}`);
        this.leases = [];
        return clock;
      },
      shut: async () => clock,
      apply: async (transition: Transition) => {
        reach("apply");
        this.#before = { ...this.tables };
        this.tables = JSON.parse(transition.provisional);
      },
      confirm: async () => {
        reach("confirm");
        if (!this.confirmable) throw new JedaError("UNREACHABLE", `${name} could not be reached by SSH`);
        this.#before = null;
      },
      revert: async () => {
        reach("revert");
        if (this.#before !== null) this.tables = this.#before;
        this.#before = null;
      },
      close: async () => {},
    };
  }

  async install(_name: string, _ssh: unknown, script: string): Promise<void> {
    const { createHash } = await import("node:crypto");
    this.script = createHash("sha256").update(script).digest("hex");
  }

  async persist(_name: string, _ssh: unknown, { boot, minimal }: BootFiles): Promise<void> {
    this.said.push("persist");
    this.persisted = { text: boot, minimal, mode: "600 0:0" };
  }

  async revoke(_name: string, _ssh: unknown, leases: readonly LeaseElement[]): Promise<void> {
    this.said.push("revoke");
    const named = leases.map(({ set, value }) => `${set} ${value}`);
    this.leases = this.leases.filter(
      ({ set, value, grantedMs }) => grantedMs != null || !named.includes(`${set} ${value}`),
    );
  }

  prober(destination: string): Prober {
    const flow = async () => this.answer(this.tables.jeda);
    return {
      destination,
      tcp: flow,
      ping: flow,
      http: async () => ({ flow: await flow(), status: (await flow()) === "open" ? 200 : null, body: "" }),
      hold: flow,
      exercise: flow,
      close: async () => {},
    };
  }

  transition({ tables, wanted }: EdgeListing): Transition | null {
    if (tables.jeda === wanted.jeda && tables.jeda_window === wanted.jeda_window) return null;
    return { provisional: JSON.stringify(wanted), confirmed: "", reverted: "" };
  }

  removal(): Transition {
    return { provisional: JSON.stringify({ jeda: null, jeda_window: null }), confirmed: "", reverted: "" };
  }
}
