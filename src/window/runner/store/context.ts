/** What every verb of the runner gets: where things lie, what was asked, and where answers go. */
import { readFileSync } from "node:fs";
import { JedaError } from "../../../model/errors.ts";
import type { Credentials } from "../../../model/hospital.ts";
import type { JournalContent } from "../../journal/journal-read.ts";
import { readJournal } from "../../journal/journal-read.ts";
import { type Places, windowPlaces } from "./paths.ts";

export interface Asked {
  readonly window?: string | undefined;
  readonly from?: string | undefined;
  readonly by?: string | undefined;
  readonly reason?: string | undefined;
  /** Of `extend`: milliseconds more, or the wanted `reconnectBy` in epoch milliseconds. */
  readonly add?: string | undefined;
  readonly until?: string | undefined;
  readonly json?: boolean | undefined;
  /** Start nothing that has died. */
  readonly look?: boolean | undefined;
}

export interface RunnerContext {
  readonly places: Places;
  readonly version: string;
  readonly asked: Asked;
  readonly print: (line: string) => void;
  readonly stdin: () => Promise<string>;
}

/** One verb; resolves with the exit code. */
export type Verb = (context: RunnerContext) => Promise<number>;

/** @throws JedaError CONFIG when the option was not given. */
export function need(context: RunnerContext, option: "window" | "by" | "reason"): string {
  const value = context.asked[option];
  if (value !== undefined && value !== "") return value;
  throw new JedaError("CONFIG", `--${option} is missing`, {
    hint: "docs/cli.md lists the options of each verb",
  });
}

/** Null when this host doesn't know the window. */
export function journalOf(places: Places, id: string): JournalContent | null {
  try {
    const content = readJournal(windowPlaces(places, id).journal);
    return content.entries.length === 0 ? null : content;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw error;
  }
}

/** @throws JedaError REFUSED when this host doesn't know the window. */
export function knownJournal(places: Places, id: string): JournalContent {
  const content = journalOf(places, id);
  if (content !== null) return content;
  throw new JedaError("REFUSED", `this backup host knows no window "${id}"`, {
    hint: "jeda window status shows the newest one; a window is made known by arming it",
  });
}

/** @throws JedaError CREDENTIALS when the file can't be read; its text is never in a message. */
export function readCredentials(places: Places): Credentials {
  try {
    return JSON.parse(readFileSync(places.credentials, "utf8")) as Credentials;
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code ?? "it is not JSON";
    throw new JedaError("CREDENTIALS", `${places.credentials} can't be read: ${why}`, {
      hint: "pulumi up writes it from the stack's secrets",
    });
  }
}
