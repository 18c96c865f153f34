/** The edge's script, run inside the edge's namespace by its words, with directories of its own. */
import { execFile, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { inRoot, insideRoot } from "../../../lab/roots/enter.ts";
import { makeTransition } from "../../../src/firewall/change/transition.ts";
import { edgeScriptText } from "../../../src/firewall/edge/edge-script.ts";
import { minimalEdge } from "../../../src/firewall/tables/minimal-table.ts";
import { compilePolicyTable } from "../../../src/firewall/tables/policy-table.ts";
import { renderTable } from "../../../src/firewall/tables/table.ts";
import { compileWindowTable } from "../../../src/firewall/tables/window-table.ts";
import { listSchema, sections, toEdgeListing } from "../../../src/host/edge-listing.ts";
import type { BootFiles, EdgeListing, LeaseElement, Transition } from "../../../src/model/edge-protocol.ts";
import type { Hospital } from "../../../src/model/hospital.ts";
import { edge, hospital } from "./hospital.ts";
import type { Network } from "./network.ts";

const wantedOn = (from: Hospital) => ({
  jeda: renderTable(compilePolicyTable(from, edge)),
  jeda_window: renderTable(compileWindowTable(from, edge)),
});

export function bootFiles(from: Hospital = hospital): BootFiles {
  const { jeda, jeda_window } = wantedOn(from);
  return { boot: jeda + jeda_window, minimal: minimalEdge(from) };
}

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

/**
 * Reading the whole of a host takes most of a listing's time, and this one is the machine that the tests run on:
 * surroundings.test.ts and the labs have hosts of their own for that.
 */
function withoutSite(script: string): string {
  const changed = script.replace("\ntrap leave EXIT", "\nsite_host() { :; }\nsite_network() { :; }$&");
  if (changed === script) throw new Error("the end of the edge's script is another");
  return changed;
}

export class LocalEdge {
  readonly network: Network;
  /** The root tree of the release whose programs it has; null for this machine's own. */
  root: string | null;
  directory = "";

  constructor(network: Network, root: string | null = null) {
    this.network = network;
    this.root = root;
  }

  async up(): Promise<void> {
    this.directory = await mkdtemp(join(tmpdir(), "jeda-edge-"));
    await writeFile(this.script, withoutSite(edgeScriptText()), { mode: 0o755 });
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
      JEDA_RUN: this.#seen("run"),
      JEDA_ETC: this.#seen("etc"),
    };
  }

  #seen(name: string): string {
    const path = join(this.directory, name);
    return this.root === null ? path : insideRoot(path);
  }

  #on(): string[] {
    return [...this.network.on("edge"), ...(this.root === null ? [] : inRoot(this.root))];
  }

  /** Runs the script; the answer as it came. */
  async raw(words: readonly string[], stdin = "", env: NodeJS.ProcessEnv = {}): Promise<Answer> {
    const [command = "", ...rest] = [...this.#on(), "sh", this.#seen("edge"), ...words];
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
    const [command = "", ...rest] = [...this.#on(), "nft", ...words];
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
    return toEdgeListing(listSchema.parse(await this.raw(["read", "list"], sections(wantedOn(from)))));
  }

  async apply(transition: Transition, probationMs: number): Promise<Answer> {
    return this.raw(["policy", "apply", `${probationMs}`], sections({ ...transition }));
  }

  /** What has to be applied for this; null where it is so already. */
  async changeTo(from: Hospital): Promise<Transition | null> {
    const { tables, wanted } = await this.list(from);
    const change = makeTransition(tables, wanted);
    return change === null ? null : { ...change, ...bootFiles(from) };
  }

  /** Applies what the hospital declares and confirms it; null when there was nothing to change. */
  async declare(from: Hospital = hospital): Promise<Answer | null> {
    const change = await this.changeTo(from);
    if (change === null) return null;
    const applied = await this.apply(change, 10_000);
    return applied.ok ? this.raw(["policy", "confirm"]) : applied;
  }
}
