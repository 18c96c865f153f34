/** Running commands on a lab host, as its root, without going through its network. */
import { execa } from "execa";
import { JedaError } from "../../src/model/errors.ts";
import { everyHost, type LabHost } from "../hospital.ts";
import { readPower } from "../machines/power-record.ts";

export interface LabShOptions {
  readonly input?: string | Uint8Array;
  /** Milliseconds after which the command is killed; 60,000 unless told. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
}

export interface LabShResult {
  readonly stdout: string;
  readonly stderr: string;
  /** 128 + signal for a command that was killed by one, 124 for a time-out. */
  readonly exitCode: number;
}

/** Throws CONFIG for a name that is no lab host. */
export function labHost(name: string): LabHost {
  const host = everyHost.find((candidate) => candidate === name);
  if (host !== undefined) return host;
  throw new JedaError("CONFIG", `"${name}" is not a host of the lab`, {
    hint: `The hosts are ${everyHost.join(", ")}; edge2 stands in a lab with --edges 2 only.`,
  });
}

/** The environment of a command on a lab host: nothing of ours. */
export const hostEnvironment: Readonly<Record<string, string>> = {
  PATH: "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
  HOME: "/root",
  USER: "root",
  LANG: "C.UTF-8",
};

/**
 * Argv that runs `argv` on the host, in all its namespaces and as its root; it is killed with whoever runs it.
 * To be given `hostEnvironment`. Throws REFUSED when the host is off.
 */
export function hostCommand(id: string, host: LabHost, argv: readonly string[]): string[] {
  const power = readPower(id, host);
  if (!power?.alive) {
    throw new JedaError("REFUSED", `the host ${host} of lab "${id}" is not running`, {
      hint: "Bring the lab up with npm run lab.",
    });
  }
  return [
    "nsenter",
    ...["--target", String(power.pid), "--mount", "--uts", "--ipc", "--net", "--pid", "--"],
    ...["setpriv", "--pdeathsig", "KILL", "--"],
    ...argv,
  ];
}

/** Never rejects for what the command itself does: look at `exitCode`. */
export async function labSh(
  id: string,
  host: LabHost,
  argv: readonly string[],
  options: LabShOptions = {},
): Promise<LabShResult> {
  const [file = "nsenter", ...rest] = hostCommand(id, host, argv);
  // Not annotated: comparing execa's general `Options` and `Result` costs the type checker a minute.
  const result = await execa(file, rest, {
    reject: false,
    extendEnv: false,
    env: { ...hostEnvironment, ...options.env },
    input: options.input ?? "",
    timeout: options.timeoutMs ?? 60_000,
    killSignal: "SIGKILL",
    stripFinalNewline: false,
    ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
  });
  const { stdout, stderr, exitCode, timedOut } = result;
  return { stdout, stderr, exitCode: timedOut ? 124 : (exitCode ?? 137) };
}
