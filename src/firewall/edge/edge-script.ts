/**
 * What stands on an edge as /usr/local/lib/jeda/edge: one file, so that it is replaced in one step, put together
 * from parts of one concern each.
 */
import { readFileSync } from "node:fs";

/** In the order in which sh reads them: `verbs` calls what is before it, and `frame` ends the file. */
const parts = [
  "settings",
  "answers",
  "programs",
  "clocks",
  "input",
  "elements",
  "grants",
  "watch",
  "leases",
  "hands",
  "bpf",
  "site-network",
  "site-host",
  "facts",
  "tables",
  "list",
  "rehearsal",
  "policy",
  "reboot",
  "verbs",
  "frame",
] as const;

/** The script's text. */
export function edgeScriptText(): string {
  return parts.map((part) => readFileSync(new URL(`./${part}.sh`, import.meta.url), "utf8")).join("");
}
