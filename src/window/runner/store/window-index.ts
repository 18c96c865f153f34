/** Which windows this host was ever given: their directories, and a list beside them that misses one that is gone. */
import { appendFileSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Places } from "./paths.ts";

const listOf = ({ state }: Places): string => join(state, "windows.list");

export function knownIds({ windows }: Places): readonly string[] {
  try {
    return readdirSync(windows).toSorted();
  } catch {
    return [];
  }
}

/** Listed, and without a directory: somebody removed it. */
export function missingIds(places: Places): readonly string[] {
  const known = knownIds(places);
  return listed(places).filter((id) => !known.includes(id));
}

export function remember(places: Places, id: string): void {
  if (!listed(places).includes(id)) appendFileSync(listOf(places), `${id}\n`, { mode: 0o600 });
}

/** What is not among them is not missed any more. */
export function rememberOnly(places: Places, ids: readonly string[]): void {
  const before = listed(places);
  const left = before.filter((id) => ids.includes(id));
  if (left.length === before.length) return;
  const text = left.map((id) => `${id}\n`).join("");
  writeFileSync(`${listOf(places)}.new`, text, { mode: 0o600 });
  renameSync(`${listOf(places)}.new`, listOf(places));
}

function listed(places: Places): readonly string[] {
  try {
    return readFileSync(listOf(places), "utf8")
      .split("\n")
      .filter((id) => /^[A-Za-z0-9][A-Za-z0-9._+-]{0,127}$/u.test(id));
  } catch {
    return [];
  }
}
