/** Scripts of `remote/` run on a host by OpenSSH, with their exit codes told in words. */
import { readFileSync } from "node:fs";
import type { writeRemoteFile } from "../../src/host/remote-file.ts";
import type { runSsh, SshOptions } from "../../src/host/ssh.ts";
import { type ErrorCode, JedaError } from "../../src/model/errors.ts";

/** `runSsh`, or a stand-in: throws UNREACHABLE or HOST_KEY; any exit code of the command is a result. */
export type Run = typeof runSsh;

/** What the resources of the backup host need of it. */
export interface Remote {
  readonly run: Run;
  readonly write: typeof writeRemoteFile;
}

const MEANINGS: Readonly<Record<number, ErrorCode>> = {
  21: "PREREQUISITE",
  24: "REFUSED",
  25: "REFUSED",
};

const SCRIPTS = {
  repository: "remote/repository.sh",
  runner: "remote/runner.sh",
  /** Also installed on the backup host, for the runner. */
  "serve-repository": "../../src/backup/restic/serve-repository.sh",
} as const;
export type Script = keyof typeof SCRIPTS;

const texts = new Map<Script, string>();

export function textOf(script: Script): string {
  const known = texts.get(script) ?? readFileSync(new URL(SCRIPTS[script], import.meta.url), "utf8");
  texts.set(script, known);
  return known;
}

/** Standard output of `script VERB…` on the host. Throws a `JedaError` when it ends with another code than 0. */
export async function runScript(
  run: Run,
  destination: string,
  script: Script,
  words: readonly string[],
  options: SshOptions = {},
): Promise<string> {
  const result = await run(destination, ["sh", "-c", textOf(script), script, ...words], options);
  if (result.exitCode === 0) return result.stdout;
  const said = result.stderr.trim().split("\n").slice(-4).join("\n");
  throw new JedaError(
    MEANINGS[result.exitCode] ?? "INTERNAL",
    `${destination}: ${script} ${words[0]} ended with ${result.exitCode}${said === "" ? "" : `: ${said}`}`,
  );
}
