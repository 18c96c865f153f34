/**
 * Starts one external tool: never through a shell line, with a small environment, and so that it does not
 * outlive the runner. A killed runner runs no clean-up of its own, so the kernel ends its children instead
 * (`setpriv --pdeathsig`, util-linux). What a tool prints is kept until its owner reads it, also when the tool has
 * ended meanwhile: a dump that lost its first piece here would be worthless.
 */
import { type ChildProcess, spawn as spawnProcess } from "node:child_process";
import { PassThrough, pipeline, type Readable, type Writable } from "node:stream";

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Abort sends SIGINT, and SIGKILL when the tool is still there after `graceMs` (5,000 unless told). */
  readonly signal?: AbortSignal;
  readonly graceMs?: number;
  readonly cwd?: string;
  /** Prefix that enters another namespace. */
  readonly within?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Exit {
  /** Null when a signal ended it; 127 when it could not be started. */
  readonly exitCode: number | null;
  readonly signal: string | null;
}

export interface Outcome extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly pid: number | undefined;
  readonly stdin: Writable;
  /** Must be read (or ignored by `quiet`), or the tool blocks. */
  readonly stdout: Readable;
  /** The last of standard error so far. */
  readonly stderr: () => string;
  readonly ended: Promise<Exit>;
  kill(signal: NodeJS.Signals): void;
}

export interface Lines {
  readonly input?: string;
  /** Called for each line; the lines are then not kept in the outcome. */
  readonly onStdoutLine?: (line: string) => void;
  readonly onStderrLine?: (line: string) => void;
}

/** How much of standard error is kept for an error message. */
const KEPT_STDERR = 16_384;

/** Runs it to its end; never rejects: how it ended is in the outcome. */
export async function run(command: Command & Lines): Promise<Outcome> {
  const child = start(command, command.onStderrLine);
  child.stdin.end(command.input ?? "");
  const [stdout, exit] = await Promise.all([collect(child.stdout, command.onStdoutLine), child.ended]);
  return { ...exit, stdout, stderr: child.stderr() };
}

/** For a tool that goes on running, or whose streams are wanted. */
export function start(command: Command, onStderrLine?: (line: string) => void): Running {
  const args = ["--pdeathsig", "TERM", "--", ...(command.within ?? []), command.file, ...command.args];
  const child = spawnProcess("setpriv", args, {
    stdio: "pipe",
    env: { ...smallEnvironment(), ...command.env },
    ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
  });
  child.stdin.on("error", () => {}); // a tool may end before it has read its input; its exit code says why
  let stderr = "";
  void collect(child.stderr, (line) => {
    stderr = `${stderr}${line}\n`.slice(-KEPT_STDERR);
    onStderrLine?.(line);
  });
  return {
    pid: child.pid,
    stdin: child.stdin,
    stdout: kept(child.stdout),
    stderr: () => stderr,
    ended: untilEnded(child, command),
    kill: (signal) => void child.kill(signal),
  };
}

/**
 * When a child exits, Node empties every stream of it that nobody reads yet, into nothing: a small dump whose owner
 * was still busy came out empty. This stream reads at once, no more than it holds, and is not Node's to empty.
 */
function kept(stdout: Readable): Readable {
  const out = new PassThrough();
  out.on("error", () => {}); // whoever reads it hears of it too, and the exit code says why
  pipeline(stdout, out, () => {});
  return out;
}

function untilEnded(child: ChildProcess, { signal, graceMs = 5_000 }: Command): Promise<Exit> {
  const timers: NodeJS.Timeout[] = [];
  const stop = (): void => {
    child.kill("SIGINT");
    timers.push(setTimeout(() => child.kill("SIGKILL"), graceMs));
    // A grandchild may keep the streams open after its parent is gone.
    child.once("exit", () => timers.push(setTimeout(() => closeStreams(child), 1_000)));
  };
  return new Promise<Exit>((resolve) => {
    child.once("error", () => resolve({ exitCode: 127, signal: null }));
    child.once("close", (exitCode, killedBy) => resolve({ exitCode, signal: killedBy }));
    if (signal?.aborted) stop();
    else signal?.addEventListener("abort", stop, { once: true });
  }).finally(() => {
    signal?.removeEventListener("abort", stop);
    for (const timer of timers) clearTimeout(timer);
  });
}

function closeStreams(child: ChildProcess): void {
  for (const stream of [child.stdin, child.stdout, child.stderr]) stream?.destroy();
}

/** What tools need of the environment; the runner's own variables are nobody else's business. */
function smallEnvironment(): Record<string, string> {
  const kept = ["PATH", "TMPDIR"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { LC_ALL: "C.UTF-8", HOME: "/nonexistent", ...Object.fromEntries(kept) };
}

async function collect(stream: Readable, onLine?: (line: string) => void): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of stream) {
      text += decoder.decode(chunk as Buffer, { stream: true });
      if (onLine === undefined) continue;
      const lines = text.split("\n");
      text = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    }
  } catch {
    // The stream of a killed process may end early; what it means is in the exit code.
  }
  if (onLine === undefined) return text;
  if (text !== "") onLine(text);
  return "";
}
