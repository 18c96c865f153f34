/** One SSH session to a probe point: lines out, answers in, every question with its own time. */
import { createInterface } from "node:readline";
import { execa } from "execa";
import { shellQuote } from "../host/frame.ts";
import { newMark } from "../host/framed-child.ts";
import { lastWords } from "../host/ssh-failure.ts";
import { sshArguments, sshEnvironment } from "../host/ssh-options.ts";
import { JedaError } from "../model/errors.ts";
import { proberScript } from "./prober-script.ts";

/** Connecting, jump hosts included. */
const connectMs = 20_000;
/** What the way there and back may take on top of a question's own time. */
const transportMs = 4_000;

export interface ProbeSession {
  readonly ended: boolean;
  /** The answer's words, or null when none came in time or the session ended. */
  ask(words: readonly string[], timeoutMs: number): Promise<readonly string[] | null>;
  close(): Promise<void>;
}

/** The words that start the script on a host; a test runs them without SSH. */
export type Start = (destination: string) => readonly [string, ...string[]];

const overSsh: Start = (destination) => [
  "ssh",
  ...sshArguments(destination),
  `env -u BASH_ENV -u SSH_CLIENT -u SSH2_CLIENT bash --noprofile --norc -c ${shellQuote(proberScript)}`,
];

/** @throws JedaError UNREACHABLE when the script did not answer. */
export async function openProbeSession(destination: string, start: Start = overSsh): Promise<ProbeSession> {
  const [program, ...words] = start(destination);
  const child = execa(program, words, {
    stdin: "pipe",
    stdout: "pipe",
    stderr: "pipe",
    env: sshEnvironment(),
    buffer: false,
    reject: false,
    // Ctrl-C in a terminal is for the runner alone, which still needs its probers to prove the reconnection.
    detached: true,
    cleanup: true,
  });
  const mark = newMark();
  const pending = new Map<string, (answer: readonly string[] | null) => void>();
  let ended = false;
  let said = "";
  let ready: (answered: boolean) => void = () => undefined;
  const isReady = new Promise<boolean>((resolve) => {
    ready = resolve;
  });
  child.stdin.on("error", () => undefined);
  child.stdin.write(`${mark}\n`);
  child.stderr.on("data", (chunk: Buffer) => {
    said = `${said}${chunk}`.slice(-500);
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const at = line.indexOf(`${mark} `);
    if (at < 0) return;
    const [id = "", ...answer] = line.slice(at + mark.length + 1).split(" ");
    if (id === "begin") ready(true);
    else pending.get(id)?.(answer);
  });
  const exit = child.then(() => {
    ended = true;
    ready(false);
    for (const answer of pending.values()) answer(null);
  });
  const session: ProbeSession = {
    get ended() {
      return ended;
    },
    ask: (request, timeoutMs) =>
      new Promise((resolve) => {
        if (ended) return resolve(null);
        const id = String(nextId++);
        const done = (answer: readonly string[] | null): void => {
          clearTimeout(timer);
          pending.delete(id);
          resolve(answer);
        };
        // Where this process itself stood still the answer lies there unread: it is read before the next immediate.
        const timer = setTimeout(() => setImmediate(done, null), timeoutMs + transportMs);
        pending.set(id, done);
        child.stdin.write(`${[id, ...request].join(" ")}\n`);
      }),
    close: async () => {
      child.stdin.end();
      const kill = setTimeout(() => child.kill("SIGKILL"), 1_000);
      await exit;
      clearTimeout(kill);
    },
  };
  const late = setTimeout(() => ready(false), connectMs);
  const answered = await isReady;
  clearTimeout(late);
  if (answered) return session;
  child.kill("SIGKILL");
  throw new JedaError(
    "UNREACHABLE",
    `the probe point ${destination} could not be asked: ${lastWords(said) || "it did not answer"}`,
    {
      hint: `try it by hand: ssh ${destination} bash --version`,
    },
  );
}

let nextId = 1;
