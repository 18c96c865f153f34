/**
 * `node probe-program.ts TARGETS`: tries TCP connections from the network it is started in, five times a second
 * each, and prints `NAME BEGAN OK` for every one, until its standard output is closed. TARGETS is JSON.
 */
import { connect } from "node:net";
import { argv, stdout } from "node:process";

export interface ProbeTarget {
  /** Without blanks. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  /** Ask for /health, and count nothing but 200. */
  readonly health?: boolean;
}

const everyMs = 200;
/** Shorter than the kernel's first repetition of a SYN: the outcome tells how it was at the beginning. */
const answerMs = 950;

function attempt({ name, host, port, health }: ProbeTarget): void {
  const began = Date.now();
  const socket = connect(port, host);
  let decided = false;
  const decide = (ok: boolean): void => {
    if (decided) return;
    decided = true;
    clearTimeout(timer);
    socket.destroy();
    stdout.write(`${name} ${began} ${ok ? 1 : 0}\n`);
  };
  const timer = setTimeout(() => decide(false), answerMs);
  socket.on("error", () => decide(false));
  socket.on("connect", () => {
    if (health) socket.write("GET /health HTTP/1.0\r\nHost: rekam-medis.internal\r\n\r\n");
    else decide(true);
  });
  socket.once("data", (answer) => decide(/^HTTP\/1\.[01] 200 /.test(answer.toString())));
}

if (import.meta.main) {
  stdout.on("error", () => process.exit());
  const targets = JSON.parse(argv[2] ?? "[]") as readonly ProbeTarget[];
  for (const target of targets) setInterval(attempt, everyMs, target);
}
