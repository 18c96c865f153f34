/** A real edge and a real backup host in network namespaces of their own; `wire.py` sends and catches the packets. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
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
  /** Only decides how long is waited. */
  readonly expected: boolean;
}

type Machine = "edge" | "backup";

export class Kernel {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly lines: Interface;
  private readonly answers: AsyncIterator<string>;
  private readonly complaints: string[] = [];
  private namespaces: Readonly<Record<Machine, string>> = { edge: "", backup: "" };

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
    const hello = (await kernel.answer()) as { pid: number; edge: number; backup: number };
    const at = (descriptor: number) => `/proc/${hello.pid}/fd/${descriptor}`;
    kernel.namespaces = { edge: at(hello.edge), backup: at(hello.backup) };
    return kernel;
  }

  async run(machine: Machine, words: readonly string[], input = ""): Promise<string> {
    const prefix = [`--net=${this.namespaces[machine]}`, "--", ...words];
    const { stdout } = await execa("nsenter", prefix, { input, stripFinalNewline: false });
    return stdout;
  }

  async ip(machine: Machine, lines: readonly string[]): Promise<void> {
    await this.run(machine, ["ip", "-batch", "-"], `${lines.join("\n")}\n`);
  }

  async nft(machine: Machine, script: string): Promise<void> {
    await this.run(machine, ["nft", "-f", "-"], script);
  }

  /** Where each packet of this hospital has arrived so far: a wire ("h3"), "edge" or "backup". */
  async send(shots: readonly Shot[]): Promise<ReadonlyMap<number, string>> {
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
    ]);
    const expect = shots.filter((shot) => shot.expected).map((shot) => shot.id);
    const { arrived } = (await this.ask({ op: "send", packets, expect })) as {
      arrived: Record<string, string>;
    };
    return new Map(Object.entries(arrived).map(([id, where]) => [Number(id), where]));
  }

  /** Connections that the backup host's own TCP opens: "left" the host, or "connected" when the answer came in. */
  async connect(
    tries: readonly { id: number; to: string; port: number }[],
  ): Promise<Readonly<Record<string, string>>> {
    const rows = tries.map(({ id, to, port }) => [id, to, port]);
    const { answers } = (await this.ask({ op: "connect", tries: rows })) as {
      answers: Record<string, string>;
    };
    return answers;
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
