/** The edge's script, run inside the edge's namespace by its words, with directories of its own. */
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { edgeScriptText } from "../../../src/firewall/edge-script.ts";
import { compilePolicyTable } from "../../../src/firewall/policy-table.ts";
import { renderTable } from "../../../src/firewall/table.ts";
import { makeTransition } from "../../../src/firewall/transition.ts";
import { compileWindowTable } from "../../../src/firewall/window-table.ts";
import { listSchema, sections, toEdgeListing } from "../../../src/host/edge-listing.ts";
import type { EdgeListing, LeaseElement, Transition } from "../../../src/model/edge-protocol.ts";
import type { Hospital } from "../../../src/model/hospital.ts";
import { edge, hospital } from "./hospital.ts";
import type { Network } from "./network.ts";

export interface Answer {
  readonly ok: boolean;
  readonly code?: string;
  readonly message?: string;
  readonly timeoutMs?: number;
  readonly clock?: { readonly bootMs: number; readonly bootId: string; readonly fence: number };
}

export const isolation: readonly LeaseElement[] = [
  { set: "isolated_if", value: "adm0" },
  { set: "isolated_v4", value: "10.20.0.0/24" },
  { set: "isolated_v6", value: "2001:db8:20::/64" },
];
export const vaultOpen: readonly LeaseElement[] = [
  { set: "vault_open", value: "ipv4" },
  { set: "vault_open", value: "ipv6" },
];

export class LocalEdge {
  readonly network: Network;
  directory = "";

  constructor(network: Network) {
    this.network = network;
  }

  async up(): Promise<void> {
    this.directory = await mkdtemp(join(tmpdir(), "jeda-edge-"));
    await writeFile(this.script, edgeScriptText(), { mode: 0o755 });
  }

  async down(): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  get script(): string {
    return join(this.directory, "edge");
  }

  get env(): NodeJS.ProcessEnv {
    return {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      JEDA_RUN: join(this.directory, "run"),
      JEDA_ETC: join(this.directory, "etc"),
    };
  }

  /** Runs the script; the answer as it came. */
  async raw(words: readonly string[], stdin = "", env: NodeJS.ProcessEnv = {}): Promise<Answer> {
    const [command = "", ...rest] = [...this.network.on("edge"), "sh", this.script, ...words];
    const child = spawn(command, rest, { env: { ...this.env, ...env }, stdio: ["pipe", "pipe", "inherit"] });
    let out = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
    });
    child.stdin.on("error", () => undefined);
    child.stdin.end(stdin);
    await new Promise((resolve) => child.on("close", resolve));
    return JSON.parse(out) as Answer;
  }

  async nft(...words: string[]): Promise<string> {
    const [command = "", ...rest] = [...this.network.on("edge"), "nft", ...words];
    return (await promisify(execFile)(command, rest)).stdout;
  }

  async bootMs(): Promise<number> {
    return Math.floor(Number((await readFile("/proc/uptime", "utf8")).split(" ")[0]) * 1000);
  }

  async bootId(): Promise<string> {
    return (await readFile("/proc/sys/kernel/random/boot_id", "utf8")).trim();
  }

  /** A lease that ends `forMs` from now. */
  async lease(elements: readonly LeaseElement[], forMs: number, fence = 1, verb = "lease"): Promise<Answer> {
    const deadline = (await this.bootMs()) + forMs;
    const stdin = `${elements.map(({ set, value }) => `${set} ${value}\n`).join("")}#jeda end\n`;
    return this.raw(["window", verb, await this.bootId(), `${fence}`, `${deadline}`], stdin);
  }

  /** Empties the lease sets; the fence goes on. */
  async release(): Promise<number> {
    const answer = await this.raw(["window", "release", "0"]);
    if (!answer.clock) throw new Error(answer.message);
    return answer.clock.fence;
  }

  async list(from: Hospital = hospital): Promise<EdgeListing> {
    const wanted = {
      jeda: renderTable(compilePolicyTable(from, edge)),
      jeda_window: renderTable(compileWindowTable(from, edge)),
    };
    return toEdgeListing(listSchema.parse(await this.raw(["read", "list"], sections(wanted))));
  }

  async apply(transition: Transition, probationMs: number): Promise<Answer> {
    const { provisional, confirmed, reverted } = transition;
    return this.raw(["policy", "apply", `${probationMs}`], sections({ provisional, confirmed, reverted }));
  }

  /** Applies what the hospital declares and confirms it; null when there was nothing to change. */
  async declare(from: Hospital = hospital): Promise<Answer | null> {
    const listing = await this.list(from);
    const transition = makeTransition(listing.tables, listing.wanted);
    if (transition === null) return null;
    const applied = await this.apply(transition, 10_000);
    return applied.ok ? this.raw(["policy", "confirm"]) : applied;
  }
}
