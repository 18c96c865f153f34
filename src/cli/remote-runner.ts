/** Asking the runner on the backup host, over OpenSSH. */
import { type BackupReach, readCommand } from "../host/backup-read.ts";
import { answerIn, lastObjectLine } from "../host/frame.ts";
import { runSsh } from "../host/ssh.ts";
import { lastWords } from "../host/ssh-failure.ts";
import { type ErrorCode, JedaError } from "../model/errors.ts";

/** Where pulumi up installs it; a test may name another. */
export function runnerPath(): string {
  return process.env.JEDA_RUNNER ?? "/opt/jeda/jeda-runner";
}

/** What it printed. @throws JedaError with the runner's own words when it refused. */
export async function askRunner(
  destination: string,
  words: readonly string[],
  stdin?: string,
): Promise<string> {
  const options = stdin === undefined ? {} : { stdin };
  const { stdout, stderr, exitCode } = await runSsh(destination, [runnerPath(), ...words], options);
  if (exitCode === 0) return stdout.trimEnd();
  throw runnerError(destination, stderr, exitCode);
}

/** What it answered in JSON. @throws JedaError as `askRunner`, INTERNAL for another answer. */
export async function askRunnerJson<T>(
  destination: string,
  words: readonly string[],
  stdin?: string,
): Promise<T> {
  return jsonAnswer(destination, words[0] ?? "", await askRunner(destination, words, stdin));
}

/** @throws JedaError INTERNAL with what was said instead. */
export function jsonAnswer<T>(destination: string, verb: string, answer: string): T {
  const line = lastObjectLine(answer);
  if (line !== null) return JSON.parse(line) as T;
  throw new JedaError(
    "INTERNAL",
    `the runner on ${destination} did not answer "${verb}" as it does: ${lastWords(answer).slice(0, 200) || "nothing"}`,
    {
      hint: `Is ${runnerPath()} the one that pulumi up installed?`,
      changed: `unknown: jeda window status tells`,
    },
  );
}

/** The same by the read-only key: nothing is changed or started by it. */
export async function askReader(reach: BackupReach, words: readonly string[]): Promise<string> {
  const { stdout, stderr, exitCode } = await runSsh(...readCommand(reach, words));
  if (exitCode === 0) return stdout.trimEnd();
  const destination = reach.read ?? reach.ssh;
  const refusal = answerIn(stdout) as { readonly ok?: boolean; readonly message?: string } | undefined;
  if (refusal?.ok === false) throw new JedaError("REFUSED", `${destination}: ${refusal.message}`);
  throw runnerError(destination, stderr || stdout, exitCode);
}

/** The runner's error line as an error of ours. */
export function runnerError(destination: string, stderr: string, exitCode: number): JedaError {
  const said = lastObjectLine(stderr) ?? "";
  try {
    const { error } = JSON.parse(said) as {
      readonly error: {
        readonly code: ErrorCode;
        readonly message: string;
        readonly hint?: string;
        readonly changed?: string;
      };
    };
    const { code, message, hint, changed } = error;
    return new JedaError(code, message, {
      ...(hint === undefined ? {} : { hint }),
      ...(changed === undefined ? {} : { changed }),
    });
  } catch {
    const missing = exitCode === 126 || exitCode === 127;
    return new JedaError(
      missing ? "PREREQUISITE" : "INTERNAL",
      missing
        ? `the runner is not installed on ${destination} (${runnerPath()})`
        : `the runner on ${destination} ended with exit code ${exitCode}: ${lastWords(stderr) || "it said nothing"}`,
      missing ? { hint: "pulumi up installs it" } : {},
    );
  }
}
