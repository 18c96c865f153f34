/**
 * Starts one external tool: never through a shell line, with a small environment, and so that it does not
 * outlive the runner. A killed runner runs no clean-up of its own, so the kernel ends its children instead
 * (`setpriv --pdeathsig`, util-linux).
 */
import { execa, type Options } from "execa";

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** Abort sends SIGINT, and SIGKILL when the tool is still there after `graceMs`. */
  readonly signal?: AbortSignal;
  readonly graceMs?: number;
  readonly cwd?: string;
  readonly input?: string;
  /** Prefix that enters another namespace. */
  readonly within?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Called for each line; the lines are then not kept in the outcome. */
  readonly onStdoutLine?: (line: string) => void;
  readonly onStderrLine?: (line: string) => void;
}

export interface Outcome {
  /** Null when a signal ended it. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** How much of standard error is kept for an error message. */
const KEPT_STDERR = 16_384;

export async function run(command: Command): Promise<Outcome> {
  const child = spawn(command, { stdin: "pipe", stdout: "pipe", stderr: "pipe" });
  child.stdin.on("error", () => {}); // a tool may end before it has read its input; its exit code says why
  child.stdin.end(command.input ?? "");
  const out = collect(child.stdout, command.onStdoutLine, Number.POSITIVE_INFINITY);
  const err = collect(child.stderr, command.onStderrLine, KEPT_STDERR);
  const [stdout, stderr, end] = await Promise.all([out, err, child]);
  return { exitCode: end.exitCode ?? null, signal: end.signal ?? null, stdout, stderr };
}

/** A tool that goes on running, or whose streams are wanted. Awaiting it never rejects. */
export function spawn<const O extends Options>(command: Command, options: O) {
  return execa(
    "setpriv",
    ["--pdeathsig", "TERM", "--", ...(command.within ?? []), command.file, ...command.args],
    {
      ...options,
      ...(command.signal === undefined ? {} : { cancelSignal: command.signal }),
      ...(command.cwd === undefined ? {} : { cwd: command.cwd }),
      extendEnv: false,
      env: { ...smallEnvironment(), ...command.env },
      reject: false,
      buffer: false,
      killSignal: "SIGINT",
      forceKillAfterDelay: command.graceMs ?? 5_000,
    } as const,
  );
}

/** What tools need of the environment; the runner's own variables are nobody else's business. */
function smallEnvironment(): Record<string, string> {
  const kept = ["PATH", "TMPDIR"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { LC_ALL: "C.UTF-8", HOME: "/nonexistent", ...Object.fromEntries(kept) };
}

async function collect(
  stream: AsyncIterable<Buffer>,
  onLine: ((line: string) => void) | undefined,
  limit: number,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let rest = "";
  try {
    for await (const chunk of stream) {
      const piece = decoder.decode(chunk, { stream: true });
      if (onLine === undefined) {
        text = (text + piece).slice(-limit);
        continue;
      }
      const lines = (rest + piece).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) onLine(line);
    }
  } catch {
    // The stream of a killed process may end early; what it means is in the exit code.
  }
  if (onLine !== undefined && rest !== "") onLine(rest);
  return text;
}
