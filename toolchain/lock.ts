/**
 * One lock per lab id. The kernel holds it (flock) through a child that lives by our standard input, so
 * it goes away with whoever held it, `kill -9` included, and never by time.
 */
import { mkdirSync, rmdirSync } from "node:fs";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import { execa } from "execa";
import { JedaError } from "../src/model/errors.ts";

// The file is removed on release; whoever waited for the removed one has to take the new one instead.
const holder = `exec 9>"$1" || exit 7
flock -w "$2" 9 || exit 8
[ "/proc/$$/fd/9" -ef "$1" ] || exit 9
echo held
cat
rm -f "$1"`;

/**
 * Runs `work` while this process alone holds the lock of `file`; waits up to `waitSeconds` for it.
 * Throws LOCKED when another holds it longer.
 */
export async function withLock<T>(
  file: string,
  waitSeconds: number,
  what: string,
  work: () => Promise<T>,
): Promise<T> {
  for (let attempt = 0; attempt < 20; attempt++) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    const child = execa("sh", ["-c", holder, "lock", file, String(waitSeconds)], {
      reject: false,
      detached: true, // Ctrl-C must not take the lock from under a clean-up
      cleanup: false,
      stdin: "pipe",
      stdout: "pipe",
      stderr: "inherit",
      buffer: false,
    });
    const lines = createInterface({ input: child.stdout });
    const held = await new Promise<boolean>((resolve) => {
      lines.once("line", () => resolve(true));
      lines.once("close", () => resolve(false));
    });
    if (held) {
      try {
        return await work();
      } finally {
        child.stdin.end();
        await child;
      }
    }
    const { exitCode } = await child;
    // 7: the directory went away in between, with the last lock in it.
    if (exitCode === 9 || exitCode === 7) continue;
    if (exitCode === 8) {
      throw new JedaError("LOCKED", `${what} is being worked on by another process`, {
        hint: `See who holds it: fuser ${file}`,
      });
    }
    throw new JedaError("INTERNAL", `could not lock ${file} (exit ${exitCode})`);
  }
  throw new JedaError("LOCKED", `${what} is being worked on by others, again and again`);
}

/** Removes a directory if nothing is left in it. */
export function removeIfEmpty(directory: string): void {
  try {
    rmdirSync(directory);
  } catch {
    // not empty, or not there: both are fine
  }
}
