/** What is left on the machine once a driver has returned or thrown. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";

/** Command lines of processes that name `text`, this one excepted. */
export function processesNaming(text: string): readonly string[] {
  return commandLines().filter((line) => line.includes(text));
}

/** Every process's arguments, by spaces; those that end while being read are left out. */
export function commandLines(): readonly string[] {
  return readdirSync("/proc")
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .map((pid) => content(`/proc/${pid}/cmdline`).replaceAll("\0", " "));
}

export function mountsNaming(text: string): readonly string[] {
  return content("/proc/self/mountinfo")
    .split("\n")
    .filter((line) => line.includes(text));
}

/** Nothing is left of a share of this name, by mount or by process. */
export function assertLetGo(share: string): void {
  assert.deepEqual(mountsNaming(share), [], "a mount is left");
  assert.deepEqual(processesNaming(`/mnt/${share}`), [], "a process is left");
}

function content(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
