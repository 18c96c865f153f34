/** A real edge and a real backup host in network namespaces of their own; `wire.py` sends and catches the packets. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { JedaError } from "../../../src/model/errors.ts";

export interface Shot {
  readonly id: number;
  readonly wire: number;
  readonly from: string;
  readonly to: string;
  readonly protocol: "tcp" | "udp";
  readonly sourcePort: number;
  readonly targetPort: number;
  readonly flags: "S" | "SA" | "A" | "PA" | "";
  readonly seq: number;
  readonly ack: number;
  /** An ICMP error instead, about a packet with these ports that `to` had sent there. */
  readonly about?: string;
  /** Only decides how long is waited. */
  readonly expected: boolean;
}

type Machine = "edge" | "backup";

export class Kernel {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly lines: Interface;
  private readonly answers: AsyncIterator<string>;
  private readonly complaints: string[] = [];

  private constructor(wires: number, udpPorts: readonly number[]) {
    const script = fileURLToPath(new URL("wire.py", import.meta.url));
    this.process = spawn("python3", ["-B", script, String(wires), udpPorts.join(",")]);
    this.process.stderr.on("data", (data: Buffer) => this.complaints.push(data.toString()));
    this.process.on("error", (error) => this.complaints.push(String(error)));
    // Once it has ended, `answer` says why.
    this.process.stdin.on("error", (error) => this.complaints.push(String(error)));
    this.lines = createInterface(this.process.stdout);
    this.answers = this.lines[Symbol.asyncIterator]();
  }

  static async start(wires: number, udpPorts: readonly number[]): Promise<Kernel> {
    const kernel = new Kernel(wires, udpPorts);
    await kernel.answer();
    return kernel;
  }

  /** Commands of `ip`, without that word; `-6` for those that name no address. */
  async ip(machine: Machine, lines: readonly string[], family: readonly "-6"[] = []): Promise<void> {
    await this.command({ op: "ip", machine, lines, family });
  }

  /** What `nft` prints. @throws Error with what it complains of */
  async nft(machine: Machine, script: string): Promise<string> {
    return this.command({ op: "nft", machine, script });
  }

  /** Where each packet of this hospital has arrived so far: a wire ("h3"), "edge" or "backup". */
  async send(shots: readonly Shot[], op: "send" | "emit" = "send"): Promise<ReadonlyMap<number, string>> {
    const packets = shots.map((shot) => [
      shot.id,
      shot.wire,
      shot.from,
      shot.to,
      shot.protocol,
      shot.sourcePort,
      shot.targetPort,
      shot.flags,
      shot.seq,
      shot.ack,
      shot.about ?? null,
    ]);
    const expect = shots.filter((shot) => shot.expected).map((shot) => shot.id);
    const { arrived } = (await this.ask({ op, packets, expect })) as {
      arrived: Record<string, string>;
    };
    return new Map(Object.entries(arrived).map(([id, where]) => [Number(id), where]));
  }

  /**
   * Connections that the backup host's own TCP opens: "left" the host, "connected" when the answer came in, or
   * "refused" when the ICMP error did.
   */
  async connect(
    tries: readonly { id: number; to: string; port: number }[],
    answer: "accept" | "refuse",
  ): Promise<Readonly<Record<string, string>>> {
    const rows = tries.map(({ id, to, port }) => [id, to, port]);
    const { answers } = (await this.ask({ op: "connect", tries: rows, answer })) as {
      answers: Record<string, string>;
    };
    return answers;
  }

  /** Of the backup host: whether it talks to itself, is found by neighbours, and answers a listener query. */
  async basics(): Promise<Readonly<Record<string, boolean>>> {
    return (await this.ask({ op: "basics" })) as Record<string, boolean>;
  }

  /** Empties connection tracking: what a restart of the edge does to open sessions. */
  async forget(arrivals: "keep" | "drop"): Promise<void> {
    await this.ask({ op: "forget", arrivals });
  }

  async stop(): Promise<void> {
    if (this.process.exitCode !== null) return;
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.process.stdin.end();
    await ended;
    this.lines.close();
  }

  private async command(request: object): Promise<string> {
    const { output, error } = (await this.ask(request)) as { output?: string; error?: string };
    if (error !== undefined) throw new Error(error);
    return output ?? "";
  }

  private async ask(request: unknown): Promise<unknown> {
    this.process.stdin.write(`${JSON.stringify(request)}\n`);
    return this.answer();
  }

  private async answer(): Promise<unknown> {
    const { value, done } = await this.answers.next();
    if (done) {
      throw new JedaError("PREREQUISITE", `wire.py ended: ${this.complaints.join("")}`, {
        hint: "it needs root and python3: apt-get install python3 iproute2 nftables",
      });
    }
    return JSON.parse(value);
  }
}
