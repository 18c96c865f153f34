/** A child process, ssh most of the time, whose output is read from between marks. */
import type { ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { FrameReader, framedCommand, shellQuote } from "./frame.ts";

/**
 * Who prints the marks: a shell around the command, the script that is a key's forced command, or nobody.
 */
export type Framing = "shell" | "script" | "none";

/** The command line of these words. */
export function remoteCommand(framing: Framing, mark: string, words: readonly string[]): string {
  if (framing === "shell") return framedCommand(mark, words);
  const marked = framing === "script" ? [mark, ...words] : words;
  return marked.map(shellQuote).join(" ");
}

/** New for every call, and of letters that a forced command takes. */
export function newMark(): string {
  return `jeda-${randomBytes(8).toString("hex")}`;
}

export interface FramedOutput {
  readonly out: FrameReader;
  readonly err: FrameReader;
  /** Resolves when the answer has come whole, or the child has ended. Never rejects. */
  readonly finished: Promise<void>;
}

/** Both streams have their last mark nearly at once. */
const otherStreamMs = 500;
/** A process that a login left in the background keeps the connection open: it is not waited for. */
const lingerMs = 1_000;

const lingering = new Set<ChildProcess>();

/** @param onContent takes what the command prints as it comes; it is not kept then. */
export function readFramed(
  child: ChildProcess,
  mark: string,
  onContent?: (chunk: Buffer) => void,
): FramedOutput {
  const out = new FrameReader(mark, onContent);
  const err = new FrameReader(mark);
  const finished = new Promise<void>((resolve) => {
    let waiting: NodeJS.Timeout | undefined;
    const end = (): void => {
      clearTimeout(waiting);
      resolve();
    };
    child.stdout?.on("data", (chunk: Buffer) => {
      out.push(chunk);
      if (out.exitCode === null) return;
      if (err.exitCode !== null) end();
      else waiting ??= setTimeout(end, otherStreamMs);
    });
    child.stderr?.on("data", (chunk: Buffer) => {
      err.push(chunk);
      if (out.exitCode !== null && err.exitCode !== null) end();
    });
    child.once("close", end);
    child.once("error", end);
    // The master (and a ProxyCommand) holds the output open after the ssh that was ended.
    child.once("exit", (_, killedBy) => {
      if (killedBy === null && !child.killed) return;
      child.stdout?.destroy();
      child.stderr?.destroy();
    });
  });
  void finished.then(() => letGo(child));
  return { out, err, finished };
}

function letGo(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  lingering.add(child);
  const kill = setTimeout(() => child.kill(), lingerMs);
  child.once("exit", () => {
    clearTimeout(kill);
    lingering.delete(child);
  });
}

/** Ends what is only still open because of somebody's process in the background. */
export function endLingering(): void {
  for (const child of lingering) child.kill();
}
