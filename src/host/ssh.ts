/**
 * OpenSSH as the only way to another host: the user's own config, agent, jump hosts and known hosts. Host keys
 * are always checked. Commands to one destination share one connection, which ends by itself soon after the
 * last one, also when this process was killed.
 */
import { createHash } from "node:crypto";
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { JedaError } from "../model/errors.ts";
import { sshFailure } from "./ssh-failure.ts";

export interface SshOptions {
  /** Text or bytes for the remote command's standard input; nothing when absent. */
  readonly stdin?: string | Uint8Array;
  readonly signal?: AbortSignal;
  /** Milliseconds for connecting and the command together; 60,000 when absent. */
  readonly timeoutMs?: number;
  /** A connection of its own, for proving that a new one can still be made. */
  readonly fresh?: boolean;
}

export interface SshResult {
  readonly stdout: string;
  readonly stderr: string;
  /** Of the remote command: never 255, which is ssh's own and thrown. */
  readonly exitCode: number;
}

/** Options of every ssh that jeda starts; also for those that other parts start themselves. */
export function sshBaseOptions(): string[] {
  const config = process.env.JEDA_SSH_CONFIG;
  return [
    ...(config ? ["-F", config] : []),
    ...["BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=10"].flatMap((option) => [
      "-o",
      option,
    ]),
    ...["ServerAliveInterval=5", "ServerAliveCountMax=3"].flatMap((option) => ["-o", option]),
  ];
}

/** One word for the remote shell. */
export function shellQuote(word: string): string {
  return /^[A-Za-z0-9_./:@%+=,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

let controlDirectory: Promise<string> | undefined;
const connected = new Set<string>();

/**
 * A socket's path may have 108 bytes: hence short names. One socket a destination, by its own hash: ssh's %C
 * knows address and user but not the key, and would let one key's commands out over another key's connection.
 */
function controlPath(destination: string): Promise<string> {
  const name = createHash("sha256").update(destination).digest("hex").slice(0, 16);
  const base = process.platform === "linux" && tmpdir().length > 40 ? "/tmp" : tmpdir();
  controlDirectory ??= mkdtemp(join(base, "jeda-")).then((directory) => {
    process.once("exit", () => rmSync(directory, { recursive: true, force: true }));
    return directory;
  });
  return controlDirectory.then((directory) => join(directory, name));
}

/**
 * Runs a command on a host. `remoteWords` are quoted for the remote shell; a forced command sees them as typed.
 * The result of a command that failed is returned, not thrown.
 *
 * @throws JedaError UNREACHABLE (also after `timeoutMs`), HOST_KEY or CREDENTIALS when ssh itself failed; the
 *   signal's reason when it was aborted.
 */
export async function runSsh(
  destination: string,
  remoteWords: readonly string[],
  options: SshOptions = {},
): Promise<SshResult> {
  if (destination === "" || destination.startsWith("-")) {
    throw new JedaError("CONFIG", `"${destination}" is not an SSH destination`);
  }
  const timeout = options.timeoutMs ?? 60_000;
  options.signal?.throwIfAborted();
  const path = options.fresh ? "none" : await sharedConnection(destination);
  const words = remoteWords.map(shellQuote).join(" ");
  const child = execa(
    "ssh",
    [
      ...sshBaseOptions(),
      "-T",
      "-o",
      "ControlMaster=no",
      "-o",
      `ControlPath=${path}`,
      "--",
      destination,
      words,
    ],
    {
      input: options.stdin ?? "",
      ...(options.signal ? { cancelSignal: options.signal } : {}),
      timeout,
      reject: false,
      stripFinalNewline: false,
      maxBuffer: 64 * 1024 * 1024,
      // Ctrl-C goes to the whole process group: a command that is changing an edge must be allowed to end.
      detached: true,
    },
  );
  // The master (and a ProxyCommand) holds the output open after the ssh that was ended.
  const { nodeChildProcess } = child;
  nodeChildProcess.once("exit", (_, killedBy) => {
    if (killedBy === null && !nodeChildProcess.killed) return;
    nodeChildProcess.stdout?.destroy();
    nodeChildProcess.stderr?.destroy();
  });
  const result = await child;
  options.signal?.throwIfAborted();
  if (result.timedOut) {
    throw new JedaError("UNREACHABLE", `${destination} did not answer within ${timeout} ms`, {
      hint: `Try it by hand: ssh ${destination}. A connection that stalls is often a firewall in between.`,
      changed: "unknown: the command may still have run there",
    });
  }
  const { exitCode } = result;
  if (exitCode === undefined || exitCode === 255) throw sshFailure(destination, result.stderr, result.cause);
  return { stdout: result.stdout, stderr: result.stderr, exitCode };
}

const starting = new Map<string, Promise<string>>();

/**
 * A master of its own for each destination: ending one command must not end the others that share it. When it
 * can't be started, the command connects by itself, and its error says why.
 */
async function sharedConnection(destination: string): Promise<string> {
  const path = await controlPath(destination);
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
  const path = await controlPath(destination);
  await execa("ssh", [...sshBaseOptions(), "-o", `ControlPath=${path}`, "-O", "exit", "--", destination], {
    reject: false,
    stdio: "ignore",
    timeout: 5_000,
  });
}

/** Ends every shared connection and removes their directory. Never throws. */
export async function closeAllSsh(): Promise<void> {
  await Promise.all([...connected].map(closeSsh));
  const directory = await controlDirectory?.catch(() => undefined);
  controlDirectory = undefined;
  if (directory) await rm(directory, { recursive: true, force: true });
}
