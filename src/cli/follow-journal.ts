/** The journal of a window as a stream of entries over SSH; a lost connection is taken up where it broke. */
import { once } from "node:events";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { execa } from "execa";
import { newMark, readFramed, remoteCommand } from "../host/framed-child.ts";
import { sshFailure } from "../host/ssh-failure.ts";
import { sshArguments, sshEnvironment } from "../host/ssh-options.ts";
import type { JournalEntry } from "../model/journal.ts";
import { runnerError, runnerPath } from "./remote-runner.ts";

/** A connection that can't be made again for so long is given up; the window does not care. */
const patienceMs = 15 * 60_000;
const firstPauseMs = 1_000;
const longestPauseMs = 15_000;

export interface Following {
  readonly signal: AbortSignal;
  readonly onEntry: (entry: JournalEntry) => void;
  readonly onLost: (message: string) => void;
}

/** All entries once the window has ended, or null when the signal came first. */
export async function followJournal(
  destination: string,
  id: string,
  following: Following,
): Promise<readonly JournalEntry[] | null> {
  const entries: JournalEntry[] = [];
  let lostSince: number | null = null;
  let pause = firstPauseMs;
  for (;;) {
    const before = entries.length;
    const { exitCode, stderr } = await stream(destination, id, entries, following);
    if (following.signal.aborted) return null;
    if (exitCode === 0) return isOneChain(entries) ? entries : readAnew(destination, id, entries, following);
    if (exitCode !== null && exitCode !== 255) throw runnerError(destination, stderr, exitCode);
    const failure = sshFailure(destination, stderr);
    // The very first connection tells at once; so does a host key that changed.
    const never = entries.length === 0 && lostSince === null;
    if (never || failure.code !== "UNREACHABLE") throw failure;
    if (entries.length > before) lostSince = null;
    lostSince ??= performance.now();
    if (performance.now() - lostSince > patienceMs) throw failure;
    following.onLost(failure.message);
    pause = entries.length > before ? firstPauseMs : Math.min(pause * 2, longestPauseMs);
    await delay(pause, undefined, { signal: following.signal }).catch(() => undefined);
    if (following.signal.aborted) return null;
  }
}

/** The last line is the window's end, and follows from all before: nothing was put aside while it was read. */
function isOneChain(entries: readonly JournalEntry[]): boolean {
  const over = entries.some(({ type }) => type === "ended");
  return over && entries.every((entry, index) => index === 0 || entry.prev === entries[index - 1]?.hash);
}

/** A damaged journal was replaced by its trusted lines while it was followed: what differs is told. */
async function readAnew(
  destination: string,
  id: string,
  before: readonly JournalEntry[],
  following: Following,
): Promise<readonly JournalEntry[] | null> {
  const entries: JournalEntry[] = [];
  const onEntry = (entry: JournalEntry): void => {
    if (before[entry.seq]?.hash !== entry.hash) following.onEntry(entry);
  };
  const { exitCode, stderr } = await stream(destination, id, entries, { ...following, onEntry });
  if (following.signal.aborted) return null;
  if (exitCode !== 0) throw runnerError(destination, stderr, exitCode ?? 1);
  return entries;
}

async function stream(
  destination: string,
  id: string,
  entries: JournalEntry[],
  { signal, onEntry }: Following,
): Promise<{ readonly exitCode: number | null; readonly stderr: string }> {
  const words = [runnerPath(), "follow", "--window", id, "--from", String(entries.length)];
  const mark = newMark();
  const child = execa("ssh", [...sshArguments(destination), remoteCommand("shell", mark, words)], {
    stdin: "ignore",
    env: sshEnvironment(),
    buffer: false,
    reject: false,
    cancelSignal: signal,
    detached: true,
    cleanup: true,
  });
  const answer = new PassThrough();
  const lines = createInterface({ input: answer });
  lines.on("line", (line) => {
    const entry = parsed(line);
    if (entry === null || entry.seq !== entries.length) return;
    entries.push(entry);
    onEntry(entry);
  });
  const read = once(lines, "close");
  const { out, err, finished } = readFramed(child.nodeChildProcess, mark, (chunk) => answer.write(chunk));
  await finished;
  answer.end();
  await read;
  const stderr = err.begun ? err.content : err.unframed;
  return { exitCode: out.exitCode ?? (await child).exitCode ?? null, stderr };
}

/** A connection that breaks may leave half a line. */
function parsed(line: string): JournalEntry | null {
  try {
    return JSON.parse(line) as JournalEntry;
  } catch {
    return null;
  }
}
