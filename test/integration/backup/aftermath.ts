/** What is left on the machine once a driver has returned or thrown. */
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

function content(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
