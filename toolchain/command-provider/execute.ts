/** Runs one command text and streams what it prints. */
import { spawn } from "node:child_process";
import type { Readable } from "node:stream";
import type { CommandInputs } from "./inputs.ts";
import { LineSplitter } from "./lines.ts";
import type { RunningCommands } from "./running.ts";
import { exitText, quoted, startText } from "./words.ts";

export interface PreviousOutput {
  readonly stdout?: string;
  readonly stderr?: string;
}

export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Throws an Error with the official provider's words when the command can't start or ends badly:
 * `exit status 7: running "…":` and on the next lines everything it printed.
 */
export async function execute(
  command: string,
  inputs: CommandInputs,
  previous: PreviousOutput,
  running: RunningCommands,
  tell: (line: string) => void,
): Promise<Output> {
  const [program = "/bin/sh", ...words] =
    inputs.interpreter !== undefined && inputs.interpreter.length > 0
      ? inputs.interpreter
      : ["/bin/sh", "-c"];
  const child = spawn(program, [...words, command], {
    cwd: inputs.dir ?? process.cwd(),
    env: { ...process.env, ...inputs.environment, ...previousVariables(inputs, previous) },
    stdio: [inputs.stdin ? "pipe" : "ignore", "pipe", "pipe"],
  });
  running.add(child);
  // A command may end without reading what it was given.
  child.stdin?.on("error", () => {});
  child.stdin?.end(inputs.stdin);

  const everything: Buffer[] = [];
  const collect = (stream: Readable | null, shown: boolean) => {
    const chunks: Buffer[] = [];
    const lines = new LineSplitter(tell);
    stream?.on("data", (chunk: Buffer) => {
      chunks.push(chunk);
      everything.push(chunk);
      if (shown) lines.write(chunk);
    });
    stream?.on("end", () => lines.end());
    return () => withoutLastNewline(Buffer.concat(chunks).toString());
  };
  const logging = inputs.logging ?? "stdoutAndStderr";
  const stdout = collect(child.stdout, logging === "stdout" || logging === "stdoutAndStderr");
  const stderr = collect(child.stderr, logging === "stderr" || logging === "stdoutAndStderr");

  const failure = await new Promise<string | null>((resolve) => {
    child.once("error", (error: NodeJS.ErrnoException) => resolve(startText(error, program, inputs.dir)));
    // `close`, not `exit`: whoever still holds the output can still write to it.
    child.once("close", (code, signal) => resolve(exitText(code, signal)));
  });
  if (failure !== null) {
    throw new Error(`${failure}: running ${quoted(command)}:\n${Buffer.concat(everything).toString()}`);
  }
  return { stdout: stdout(), stderr: stderr() };
}

function previousVariables(inputs: CommandInputs, previous: PreviousOutput): NodeJS.ProcessEnv {
  if (inputs.addPreviousOutputInEnv === false) return {};
  return {
    ...(previous.stdout ? { PULUMI_COMMAND_STDOUT: previous.stdout } : {}),
    ...(previous.stderr ? { PULUMI_COMMAND_STDERR: previous.stderr } : {}),
  };
}

function withoutLastNewline(text: string): string {
  return text.endsWith("\n") ? text.slice(0, -1) : text;
}
