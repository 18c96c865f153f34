/**
 * `node packets.ts TARGETS`: tries flows from the network it is started in, over and over, and prints one JSON line
 * for what became of each attempt, until its standard output is closed. TARGETS is JSON, see `Target`.
 */
import { connect, type Socket } from "node:net";
import { argv, stdout } from "node:process";

export interface Target {
  readonly name: string;
  /** `held`: one connection from the beginning on. `fresh`: a new one each time. `health`: one answered 200. */
  readonly kind: "held" | "fresh" | "health";
  readonly host: string;
  readonly port: number;
}

export interface Attempt {
  readonly name: string;
  /** Wall clock, milliseconds: when the attempt began, and when it was decided. */
  readonly began: number;
  readonly ended: number;
  /** For `held`: whether the connection has carried an answer. */
  readonly ok: boolean;
}

const everyMs = 250;
const answerMs = 1_500;

function tell(attempt: Attempt): void {
  stdout.write(`${JSON.stringify(attempt)}\n`);
}

function request(socket: Socket, path: string): void {
  socket.write(`GET ${path} HTTP/1.1\r\nHost: rekam-medis.internal\r\n\r\n`);
}

/** Every answer is told when it comes; silence is told by nothing. */
function hold({ name, host, port }: Target): void {
  const socket = connect(port, host);
  socket.on("error", () => {});
  socket.on("data", () => tell({ name, began: Date.now(), ended: Date.now(), ok: true }));
  setInterval(() => {
    if (socket.writable) request(socket, "/");
  }, everyMs);
}

function once({ name, kind, host, port }: Target): void {
  const began = Date.now();
  const socket = connect(port, host);
  const end = (ok: boolean): void => {
    socket.destroy();
    tell({ name, began, ended: Date.now(), ok });
  };
  const timer = setTimeout(() => end(false), answerMs);
  const decide = (ok: boolean): void => {
    clearTimeout(timer);
    end(ok);
  };
  socket.on("error", () => decide(false));
  socket.on("connect", () => (kind === "health" ? request(socket, "/health") : decide(true)));
  socket.once("data", (answer) => decide(/^HTTP\/1\.1 200 /.test(answer.toString())));
}

if (import.meta.main) {
  stdout.on("error", () => process.exit());
  for (const target of JSON.parse(argv[2] ?? "[]") as readonly Target[]) {
    if (target.kind === "held") hold(target);
    else setInterval(once, everyMs, target);
  }
}
