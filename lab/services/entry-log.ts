/**
 * The ward's own record of what it entered: two files of ids, one a line, all of the same length, so that
 * counting is looking at a file's size. They outlive the client and a reboot of its host.
 */
import { mkdirSync, statSync } from "node:fs";

const directory = "/var/lib/lab";
export const sentLog = `${directory}/sent`;
export const acknowledgedLog = `${directory}/acknowledged`;

const idLength = 22;

/** `E-`, eleven characters of this run of the client, the entry's number. */
export function entryId(run: string, number: number): string {
  const id = `E-${run}-${String(number).padStart(8, "0")}`;
  if (id.length !== idLength) throw new RangeError(`${id} has not ${idLength} characters`);
  return id;
}

export function openEntryLog(): void {
  mkdirSync(directory, { recursive: true });
}

export function countEntries(file: string): number {
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  return Math.floor(size / (idLength + 1));
}
