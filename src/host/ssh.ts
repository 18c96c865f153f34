/**
 * OpenSSH as the only way to another host: the user's own config, agent, jump hosts and known hosts. Host keys
 * are always checked. Commands to one destination share one connection, which ends by itself soon after the
 * last one, also when this process was killed.
 */
import { createHash } from "node:crypto";
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
  controlDirectory ??= mkdtemp(join(base, "jeda-"));
  return controlDirectory.then((directory) => join(directory, name));
}

/**
 * Runs a command on a host. `remoteWords` are quoted for the remote shell; a forced command sees them as typed.
 * The result of a command that failed is returned, not thrown.
 *
 * @throws JedaError UNREACHABLE, HOST_KEY or CREDENTIALS when ssh itself failed; DEADLINE after `timeoutMs`.
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
  const sharing = options.fresh
    ? ["-o", "ControlMaster=no", "-o", "ControlPath=none"]
    : [
        "-o",
        "ControlMaster=auto",
        "-o",
        `ControlPath=${await controlPath(destination)}`,
        "-o",
        "ControlPersist=15",
      ];
  if (!options.fresh) connected.add(destination);
  const result = await execa(
    "ssh",
    [...sshBaseOptions(), "-T", ...sharing, "--", destination, remoteWords.map(shellQuote).join(" ")],
    {
      ...(options.stdin === undefined ? { stdin: "ignore" as const } : { input: options.stdin }),
      ...(options.signal ? { cancelSignal: options.signal } : {}),
      timeout,
      reject: false,
      stripFinalNewline: false,
      maxBuffer: 64 * 1024 * 1024,
      // Ctrl-C goes to the whole process group: a command that is changing an edge must be allowed to end.
      detached: true,
      cleanup: true,
    },
  );
  if (options.signal?.aborted) throw options.signal.reason;
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
