/** What an exit code of restic means to the person on call (restic 0.19, doc/075_scripting.rst). */
import { JedaError } from "../../model/errors.ts";

export interface ResticEnd {
  /** Null when a signal ended restic. */
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Sentence of `exit_error`, or the last of standard error. */
  readonly message: string;
}

/** Null for exit 0; every other code, also one that restic may add later, is a failure. */
export function resticFailure(doing: string, repository: string, end: ResticEnd): JedaError | null {
  const said =
    end.message
      .trim()
      .replace(/^Fatal: /, "")
      .split("\n")[0] || "nothing";
  switch (end.exitCode) {
    case 0:
      return null;
    case 3:
      return new JedaError("BACKUP", `${doing}: restic could not read every file: ${said}`, {
        hint: "A snapshot with unread files is incomplete. Give the backup account read access, or close the files.",
        changed: "an incomplete snapshot is in the repository; it does not count",
      });
    case 10:
      return new JedaError("BACKUP", `${doing}: there is no restic repository at ${repository}.`, {
        hint: `Is the disk mounted? A new repository is made by pulumi up, or by restic init --repo ${repository}.`,
      });
    case 11:
      return new JedaError(
        "LOCKED",
        `${doing}: the repository ${repository} is locked by another restic: ${said}`,
        {
          hint: `See who: restic list locks --no-lock --repo ${repository}. Locks of dead processes are removed by themselves.`,
        },
      );
    case 12:
      return new JedaError(
        "CREDENTIALS",
        `${doing}: the password of the repository ${repository} is wrong.`,
        {
          hint: "Compare the repository's credentials in the stack's secrets with the password it was made with.",
        },
      );
    case null:
      return new JedaError("BACKUP", `${doing}: restic was ended by ${end.signal ?? "a signal"}.`, {
        hint: "No snapshot was made; what was uploaded is used again next time.",
      });
    default:
      // 507 is how the repository's server says it.
      if (/\(507\)|no space left on device/.test(said)) {
        return new JedaError(
          "BACKUP",
          `${doing}: the disk of the repository ${repository} is full: ${said}`,
          {
            hint: "Prune old snapshots (docs/backup.md), or enlarge the disk. Those that are there are not harmed.",
          },
        );
      }
      return new JedaError("BACKUP", `${doing}: restic ended with exit code ${end.exitCode}: ${said}`, {
        hint: "Exit codes: 1 failed, 2 a fault in restic itself, 130 interrupted.",
      });
  }
}
