/**
 * Asking the backup host about itself, by the read-only key where there is one: previews and the nightly check need
 * no root there. Over a root shell the same script is sent, so that both are told the same.
 */
import { readFileSync } from "node:fs";
import { JedaError } from "../model/errors.ts";
import { answerIn } from "./frame.ts";
import type { runSsh, SshOptions } from "./ssh.ts";
import { lastWords } from "./ssh-failure.ts";

/** The script; installed as the forced command of the read key. */
export const backupReadText: string = ["backup-read.sh", "../firewall/edge/frame.sh"]
  .map((part) => readFileSync(new URL(part, import.meta.url), "utf8"))
  .join("\n");
export const BACKUP_READ = "/opt/jeda/backup-read";

export interface BackupReach {
  /** OpenSSH destination of a root shell. */
  readonly ssh: string;
  /** OpenSSH destination of the read-only key. */
  readonly read?: string | undefined;
}

interface Answer {
  readonly ok?: boolean;
  readonly code?: string;
  readonly message?: string;
  readonly text?: string;
}

/**
 * Where, which words, and by what kind of key: for `runSsh`.
 */
export function readCommand(
  { ssh, read }: BackupReach,
  words: readonly string[],
): [string, readonly string[], { readonly forced: boolean }] {
  return read === undefined || read === ssh
    ? [ssh, ["sh", "-c", backupReadText, "backup-read", ...words], { forced: false }]
    : [read, words, { forced: true }];
}

/**
 * Lines of facts.
 *
 * @throws JedaError PREREQUISITE or REFUSED when the script refused, INTERNAL when it is missing or broken, and what
 *   `runSsh` throws. Nothing is ever changed.
 */
export async function askBackup(
  run: typeof runSsh,
  reach: BackupReach,
  words: readonly string[],
  options: SshOptions = {},
): Promise<readonly string[]> {
  const [destination, command, key] = readCommand(reach, words);
  const { stdout, stderr, exitCode } = await run(destination, command, { ...options, ...key });
  const answer = (answerIn(stdout) ?? {}) as Answer;
  if (answer.ok === true && answer.text !== undefined) {
    return answer.text.split("\n").filter((line) => line !== "");
  }
  if (answer.ok === false) {
    const code =
      answer.code === "prerequisite" ? "PREREQUISITE" : answer.code === "missing" ? "INTERNAL" : "REFUSED";
    throw new JedaError(code, `${destination}: ${answer.message}`);
  }
  const said = lastWords(stderr) || lastWords(stdout).slice(0, 200) || "nothing";
  throw new JedaError(
    "INTERNAL",
    `${destination} did not answer "${words[0]}" as ${BACKUP_READ} does: ${said} (exit ${exitCode})`,
    { hint: `Is it installed there (pulumi up), and the forced command of the key behind "${destination}"?` },
  );
}
