/**
 * One call of restic (0.17 or newer) on the repository of the backup host. The password reaches it in a file of
 * mode 0600 in the runtime directory. No cache: the repository lies on this host, and a cache would only be a
 * second copy of its metadata on the system disk.
 */
import type { BackupContext } from "../../model/driver.ts";
import { JedaError } from "../../model/errors.ts";
import { type Command, type Lines, run } from "../tools/command.ts";
import { credentialsOf, writeSecret } from "../tools/secret-file.ts";
import { type ResticEnd, resticFailure } from "./restic-failure.ts";
import { parseResticLine, type ResticMessage } from "./restic-messages.ts";

export interface Restic {
  /** The repository's directory; restic itself is given the URL at which it is served. */
  readonly path: string;
  /** Arguments that every call begins with. */
  readonly base: readonly string[];
  /** The caller's, and that of a repository which is served no more. */
  readonly signal: AbortSignal;
  readonly lost: AbortSignal;
}

/** @throws CREDENTIALS when the repository's credentials are missing; BACKUP, PREREQUISITE when it can't be served. */
export async function resticFor(context: BackupContext): Promise<Restic> {
  const { path, credentials } = context.repository;
  const { password } = credentialsOf(context.credentials, credentials, `Repository ${path}`);
  const file = await writeSecret(context.runtimeDir, "restic-password", `${password}\n`);
  const { url, lost } = await context.reach();
  const base = ["--repo", url, "--password-file", file, "--no-cache", "--json"];
  return { path, base, signal: AbortSignal.any([context.signal, lost]), lost };
}

/** Runs restic and hands over each message; returns how it ended without judging it. */
export async function converse(
  restic: Restic,
  args: readonly string[],
  onMessage: (message: ResticMessage) => void,
  how: Pick<Command & Lines, "within" | "signal" | "input"> = {},
): Promise<ResticEnd> {
  let said = "";
  let plain = "";
  const hear = (line: string): void => {
    const message = parseResticLine(line);
    if (message.type === "exit") said = message.message;
    else if (message.type === "other" && plain === "" && !line.startsWith("{")) plain = line;
    onMessage(message);
  };
  const outcome = await run({
    file: "restic",
    args: [...restic.base, ...args],
    signal: restic.signal,
    ...how,
    env: { RESTIC_PROGRESS_FPS: "2" },
    onStdoutLine: hear,
    onStderrLine: hear,
  });
  return { exitCode: outcome.exitCode, signal: outcome.signal, message: said || plain };
}

/** As `converse`, for calls where everything but exit 0 is an error. @throws as `resticFailure` says. */
export async function call(
  restic: Restic,
  doing: string,
  args: readonly string[],
  onMessage: (message: ResticMessage) => void = () => {},
  how: Pick<Lines, "input"> = {},
): Promise<void> {
  const failure = failureOf(restic, doing, await converse(restic, args, onMessage, how));
  if (failure !== null) throw failure;
}

/** Why a call failed, null when it did not: a repository that is served no more comes before what restic made of it. */
export function failureOf({ path, lost }: Restic, doing: string, end: ResticEnd): JedaError | null {
  if (end.exitCode !== 0 && lost.aborted && lost.reason instanceof JedaError) return lost.reason;
  return resticFailure(doing, path, end);
}

/** An id is hexadecimal; anything else (`latest`, an option) would name another snapshot than was saved. */
export function snapshotArgument(id: string): string {
  if (/^[0-9a-f]{8,64}$/.test(id)) return id;
  throw new JedaError("BACKUP", `"${id}" is not the id of a snapshot.`);
}
