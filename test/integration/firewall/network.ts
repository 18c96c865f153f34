/**
 * Hosts made of network namespaces, each held by a process: when that ends, nothing is left. An echo server on
 * port 7 (and what a test adds) answers on every host, in both families.
 */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readlink } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const LIFETIME_S = "1800";

export type HostName = "internet" | "edge" | "clinical" | "administrative" | "backup" | "ops";

/** Each host's link: the interface on the edge, and the third part of its IPv4 and IPv6 prefixes. */
const links = [
  { host: "internet", on: "wan0", v4: "203.0.113", v6: "2001:db8:ffff:" },
  { host: "clinical", on: "clin0", v4: "10.10.0", v6: "2001:db8:10:" },
  { host: "administrative", on: "adm0", v4: "10.20.0", v6: "2001:db8:20:" },
  { host: "ops", on: "ops0", v4: "10.40.0", v6: "2001:db8:40:" },
  { host: "backup", on: "vault0", v4: "10.50.0", v6: "2001:db8:50:" },
] as const;

export const addressOf = Object.fromEntries(
  links.map(({ host, v4, v6 }) => [host, { v4: `${v4}.10`, v6: `[${v6}:10]` }]),
) as Record<Exclude<HostName, "edge">, { v4: string; v6: string }>;

export class Network {
  readonly #holders = new Map<HostName, ChildProcess>();
  readonly #children: ChildProcess[] = [];

  async up(): Promise<void> {
    for (const host of ["edge", ...links.map((link) => link.host)] as const) {
      const holder = spawn("unshare", ["--net", "sleep", LIFETIME_S], { stdio: "ignore" });
      await once(holder, "spawn");
      this.#holders.set(host, holder);
    }
    // `unshare` becomes `sleep` only after the namespace exists.
    for (let tries = 0; tries < 100 && !(await this.#separate()); tries++) await sleep(20);
    for (const { host, on, v4, v6 } of links) {
      const [edge, other] = [this.pid("edge"), this.pid(host)];
      await run("ip", [
        "link",
        "add",
        on,
        "netns",
        edge,
        "type",
        "veth",
        "peer",
        "name",
        "eth0",
        "netns",
        other,
      ]);
      await this.sh(
        "edge",
        `ip addr add ${v4}.1/24 dev ${on}; ip addr add ${v6}:1/64 dev ${on} nodad; ip link set ${on} up`,
      );
      await this.sh(
        host,
        `ip link set lo up; ip addr add ${v4}.10/24 dev eth0; ip addr add ${v6}:10/64 dev eth0 nodad
         ip link set eth0 up; ip route add default via ${v4}.1; ip -6 route add default via ${v6}:1`,
      );
      await this.serve(host, 7);
    }
    await this.sh(
      "edge",
      "ip link set lo up; echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding",
    );
    for (let tries = 0; tries < 50; tries++) {
      const v6 = await this.tcp("ops", `${addressOf.internet.v6}:7`, 300);
      if (v6 && (await this.tcp("ops", `${addressOf.internet.v4}:7`, 300))) return;
      await sleep(100);
    }
    throw new Error("the test network did not come up");
  }

  async #separate(): Promise<boolean> {
    const own = (await run("readlink", ["/proc/self/ns/net"])).stdout;
    for (const host of this.#holders.keys()) {
      if ((await run("readlink", [`/proc/${this.pid(host)}/ns/net`])).stdout === own) return false;
    }
    return true;
  }

  pid(host: HostName): string {
    const pid = this.#holders.get(host)?.pid;
    if (pid === undefined) throw new Error(`${host} does not stand`);
    return `${pid}`;
  }

  /** The words that run a command on a host. */
  on(host: HostName): string[] {
    return ["nsenter", `--net=/proc/${this.pid(host)}/ns/net`, "--"];
  }

  async sh(host: HostName, script: string): Promise<string> {
    const [command = "", ...words] = [...this.on(host), "sh", "-ec", script];
    return (await run(command, words)).stdout;
  }

  /** A child on a host that is ended with the network. */
  start(host: HostName, words: readonly string[], env: NodeJS.ProcessEnv = process.env): ChildProcess {
    const [command = "", ...rest] = [...this.on(host), ...words];
    const child = spawn(command, rest, { stdio: ["pipe", "pipe", "ignore"], env, detached: true });
    child.stdin?.on("error", () => undefined);
    this.#children.push(child);
    return child;
  }

  async serve(host: HostName, port: number): Promise<void> {
    this.start(host, ["socat", `TCP6-LISTEN:${port},fork,reuseaddr,ipv6only=0`, "EXEC:cat"]);
    for (let tries = 0; tries < 100; tries++) {
      if ((await this.sh(host, `ss -Hltn 'sport = :${port}'`)).trim() !== "") return;
      await sleep(20);
    }
    throw new Error(`no server on ${host}:${port}`);
  }

  /** Does a new connection carry something there and back? */
  async tcp(from: HostName, target: string, timeoutMs = 800, options = ""): Promise<boolean> {
    const connection = this.hold(from, target, options);
    try {
      return await connection.exercise(timeoutMs);
    } finally {
      connection.close();
    }
  }

  hold(from: HostName, target: string, options = ""): Held {
    return new Held(this.start(from, ["socat", "-", `TCP:${target}${options}`]));
  }

  async down(): Promise<void> {
    for (const child of this.#children) end(child);
    // What detached itself, as the edge's watch does: nobody lives in these namespaces but what was started here.
    for (const pid of await inhabitants([...this.#holders.values()])) kill(pid);
    for (const holder of this.#holders.values()) holder.kill("SIGKILL");
    await sleep(50);
  }
}

/** Its own group: socat forks a child for each connection it serves. */
function end(child: ChildProcess): void {
  if (child.pid !== undefined) kill(-child.pid);
}

/** Processes in the network namespaces of these, but not the ones given. */
async function inhabitants(holders: readonly ChildProcess[]): Promise<readonly number[]> {
  const namespaceOf = (pid: string | number): Promise<string | null> =>
    readlink(`/proc/${pid}/ns/net`).catch(() => null);
  const theirs = new Set(await Promise.all(holders.map(({ pid }) => namespaceOf(pid ?? 0))));
  theirs.delete(await namespaceOf("self"));
  theirs.delete(null);
  const found: number[] = [];
  for (const name of await readdir("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || holders.some((holder) => holder.pid === pid)) continue;
    if (theirs.has(await namespaceOf(pid))) found.push(pid);
  }
  return found;
}

/** A negative number is a whole group. */
function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Already gone.
  }
}

/** A connection that stays open. */
export class Held {
  readonly #child: ChildProcess;
  received = "";
  #sent = 0;

  constructor(child: ChildProcess) {
    this.#child = child;
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.received += text;
    });
  }

  /** Sends a line and waits for its echo. */
  async exercise(timeoutMs: number): Promise<boolean> {
    const line = `line ${++this.#sent}\n`;
    this.#child.stdin?.write(line);
    const deadline = performance.now() + timeoutMs;
    while (performance.now() < deadline) {
      if (this.received.includes(line)) return true;
      await sleep(10);
    }
    return false;
  }

  close(): void {
    end(this.#child);
  }
}
