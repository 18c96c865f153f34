/**
 * OpenSSH as the only way to another host: the user's own config, agent, jump hosts and known hosts. Host keys
 * are always checked. Commands to one destination share one connection, which ends by itself soon after the
 * last one, also when this process was killed. What a command answers is read from between marks (`frame.ts`).
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { execa } from "execa";
import { JedaError } from "../model/errors.ts";
import { lastObjectLine } from "./frame.ts";
import { endLingering, type Framing, newMark, readFramed, remoteCommand } from "./framed-child.ts";
import { lastWords, sshFailure } from "./ssh-failure.ts";
import {
  checkDestination,
  removeSshDirectory,
  sshArguments,
  sshBaseOptions,
  sshDirectory,
  sshEnvironment,
} from "./ssh-options.ts";

export interface SshOptions {
  /** Text or bytes for the remote command's standard input; nothing when absent. */
  readonly stdin?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Milliseconds for connecting and the command together; 60,000 when absent. */
  readonly timeoutMs?: number;
  /** A connection of its own, for proving that a new one can still be made. */
  readonly fresh?: boolean;
  /** The key behind this destination has one of jeda's scripts as its forced command, not a shell. */
  readonly forced?: boolean;
}

/** Of the remote command alone: nothing of what its login printed. */
export interface SshResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

const connected = new Set<string>();

/**
 * A socket's path may have 108 bytes: hence short names. One socket a destination, by its own hash: ssh's %C
 * knows address and user but not the key, and would let one key's commands out over another key's connection.
 */
function controlPath(destination: string): string | null {
  const directory = sshDirectory();
  const name = createHash("sha256").update(destination).digest("hex").slice(0, 16);
  return directory === null ? null : join(directory, name);
}

/**
 * Runs a command on a host. `remoteWords` are quoted for the remote shell; a forced command sees them as typed.
 * The result of a command that failed is returned, not thrown. A forced command that is too old to know marks, or
 * is not there, gives what it printed, and the code that ssh ended with.
 *
 * @throws JedaError UNREACHABLE (also after `timeoutMs`), HOST_KEY or CREDENTIALS when ssh itself failed;
 *   PREREQUISITE when the login ended before the command; the signal's reason when it was aborted.
 */
export async function runSsh(
  destination: string,
  remoteWords: readonly string[],
  options: SshOptions = {},
): Promise<SshResult> {
  if (options.forced !== true) return attempt(destination, remoteWords, options, "shell", newMark());
  const mark = newMark();
  const result = await attempt(destination, remoteWords, options, "script", mark);
  // A script from before there were marks refuses the word, and has done nothing.
  const tooOld = result.exitCode !== 0 && /"ok": ?false/.test(result.stdout) && result.stdout.includes(mark);
  if (!tooOld) return result;
  return attempt(destination, remoteWords, options, "none", mark);
}

async function attempt(
  destination: string,
  remoteWords: readonly string[],
  options: SshOptions,
  framing: Framing,
  mark: string,
): Promise<SshResult> {
  checkDestination(destination);
  const timeout = options.timeoutMs ?? 60_000;
  options.signal?.throwIfAborted();
  const shared = options.fresh ? "none" : await sharedConnection(destination);
  const command = remoteCommand(framing, mark, remoteWords);
  const child = execa("ssh", [...sshArguments(destination, shared), command], {
    input: options.stdin ?? "",
    ...(options.signal ? { cancelSignal: options.signal } : {}),
    env: sshEnvironment(),
    timeout,
    reject: false,
    buffer: false,
    // Ctrl-C goes to the whole process group: a command that is changing an edge must be allowed to end.
    detached: true,
  });
  const { out, err, finished } = readFramed(child.nodeChildProcess, mark);
  await finished;
  // What was answered whole was done, whatever becomes of the connection afterwards.
  if (out.exitCode !== null) {
    return { stdout: out.content, stderr: err.content, exitCode: out.exitCode };
  }
  const result = await child;
  options.signal?.throwIfAborted();
  const changed = "unknown: the command may still have run there";
  if (result.timedOut) {
    throw new JedaError("UNREACHABLE", `${destination} did not answer within ${timeout} ms`, {
      hint: `Try it by hand: ssh ${destination}. A connection that stalls is often a firewall in between.`,
      changed,
    });
  }
  const { exitCode } = result;
  const said = err.begun ? err.content : err.unframed;
  if (exitCode === undefined || exitCode === 255 || out.begun) {
    throw sshFailure(destination, said, result.cause, out.begun ? changed : "nothing");
  }
  if (framing === "shell") throw noShell(destination, lastWords(said) || lastWords(out.unframed), exitCode);
  return { stdout: lastObjectLine(out.unframed) ?? out.unframed, stderr: lastWords(said), exitCode };
}

function noShell(destination: string, said: string, exitCode: number): JedaError {
  return new JedaError(
    "PREREQUISITE",
    `${destination} ran no command: its login ended with exit code ${exitCode}${said === "" ? "" : ` (${said.slice(0, 300)})`}`,
    {
      hint: `Try it by hand: ssh ${destination} true. The account needs a shell, its start-up files must not end it, and the key must have no forced command.`,
    },
  );
}

const starting = new Map<string, Promise<string>>();

/**
 * A master of its own for each destination: ending one command must not end the others that share it. When it
 * can't be started, the command connects by itself, and its error says why.
 */
async function sharedConnection(destination: string): Promise<string> {
  const path = controlPath(destination);
  if (path === null) return "none";
  const pending = starting.get(destination);
  if (pending) return pending;
  const start = startMaster(destination, path).finally(() => starting.delete(destination));
  starting.set(destination, start);
  return start;
}

async function startMaster(destination: string, path: string): Promise<string> {
  const ssh = (words: readonly string[]) =>
    execa("ssh", [...sshBaseOptions(), "-o", `ControlPath=${path}`, ...words, "--", destination], {
      reject: false,
      stdio: "ignore",
      env: sshEnvironment(),
      timeout: 15_000,
      detached: true,
    });
  if (connected.has(destination) && (await ssh(["-O", "check"])).exitCode === 0) return path;
  connected.add(destination);
  const sharing = ["-o", "ControlMaster=yes", "-o", "ControlPersist=15"];
  return (await ssh([...sharing, "-f", "-N", "-T"])).exitCode === 0 ? path : "none";
}

/** Ends the shared connection to one destination. Never throws. */
export async function closeSsh(destination: string): Promise<void> {
  if (!connected.delete(destination)) return;
  const path = controlPath(destination);
  if (path === null) return;
  await execa("ssh", [...sshBaseOptions(), "-o", `ControlPath=${path}`, "-O", "exit", "--", destination], {
    reject: false,
    stdio: "ignore",
    env: sshEnvironment(),
    timeout: 5_000,
  });
}

/** Ends every shared connection and removes their directory. Never throws. */
export async function closeAllSsh(): Promise<void> {
  await Promise.all([...connected].map(closeSsh));
  endLingering();
  removeSshDirectory();
}
