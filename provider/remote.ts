/** Scripts of `remote/` run on a host by OpenSSH, with their exit codes told in words. */
import { readFileSync } from "node:fs";
import { type ErrorCode, JedaError } from "../src/model/errors.ts";

export interface RemoteOptions {
  readonly stdin?: string | Uint8Array;
  /** Milliseconds. */
  readonly timeoutMs?: number;
  /** A connection of its own: what a confirmation has to come by. */
  readonly fresh?: boolean;
}

export interface RemoteResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** Runs one command on a host. Throws UNREACHABLE or HOST_KEY; any exit code of the command is a result. */
export type Run = (
  destination: string,
  words: readonly string[],
  options?: RemoteOptions,
) => Promise<RemoteResult>;

const MEANINGS: Readonly<Record<number, ErrorCode>> = {
  21: "PREREQUISITE",
  24: "REFUSED",
  25: "REFUSED",
};

export type Script = "host-firewall" | "repository" | "runner";

const texts = new Map<Script, string>();

function textOf(script: Script): string {
  const known = texts.get(script) ?? readFileSync(new URL(`remote/${script}.sh`, import.meta.url), "utf8");
  texts.set(script, known);
  return known;
}

/** Standard output of `script VERB…` on the host. Throws a `JedaError` when it ends with another code than 0. */
export async function runScript(
  run: Run,
  destination: string,
  script: Script,
  words: readonly string[],
  options: RemoteOptions = {},
): Promise<string> {
  const result = await run(destination, ["sh", "-c", textOf(script), script, ...words], options);
  if (result.exitCode === 0) return result.stdout;
  const said = result.stderr.trim().split("\n").slice(-4).join("\n");
  throw new JedaError(
    MEANINGS[result.exitCode] ?? "INTERNAL",
    `${destination}: ${script} ${words[0]} ended with ${result.exitCode}${said === "" ? "" : `: ${said}`}`,
  );
}
